"""Looks up names: their ids, and the nearest names for those that do not exist."""

from __future__ import annotations
