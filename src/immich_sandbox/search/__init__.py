"""Searching the library."""

from __future__ import annotations
