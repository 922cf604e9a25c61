"""Where a photo's file lies, and whose it is."""

from __future__ import annotations
