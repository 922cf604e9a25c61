"""What people made of a photo in Immich."""

from __future__ import annotations
