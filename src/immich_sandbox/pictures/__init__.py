"""Pictures drawn on the spot from what a photo shows: flat, quick, and the same every time."""

from __future__ import annotations

from immich_sandbox.pictures.picture import draw_asset, draw_person

__all__ = ["draw_asset", "draw_person"]
