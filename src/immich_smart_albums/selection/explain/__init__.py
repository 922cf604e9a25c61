"""Why a photo is in or out."""

from __future__ import annotations
