"""Searching photos, completely, and verifying what comes back."""

from __future__ import annotations
