"""One file per verb."""

from __future__ import annotations
