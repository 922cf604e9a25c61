"""Reading plain values with their places: every problem at once."""

from __future__ import annotations
