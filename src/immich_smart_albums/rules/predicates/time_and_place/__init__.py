"""When and where a photo was taken."""

from __future__ import annotations
