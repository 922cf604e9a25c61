"""Explains why a photo is in an album or not."""

from __future__ import annotations
