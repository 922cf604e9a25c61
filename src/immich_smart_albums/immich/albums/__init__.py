"""Reading and writing albums."""

from __future__ import annotations
