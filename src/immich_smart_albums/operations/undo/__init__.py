"""Taking back what a run did."""

from __future__ import annotations
