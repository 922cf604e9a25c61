"""Writing a plan, change by change."""

from __future__ import annotations
