"""From names to ids, and to the nearest names where nobody has them."""

from __future__ import annotations
