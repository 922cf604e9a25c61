"""Searches for photos, reads results completely, and verifies them."""

from __future__ import annotations
