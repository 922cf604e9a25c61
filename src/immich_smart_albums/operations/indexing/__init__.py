"""Finds out what Immich has not looked at yet."""

from __future__ import annotations
