"""How a photo or video was taken, and what came out of the camera."""

from __future__ import annotations
