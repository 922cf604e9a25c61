"""Reads and writes albums."""

from __future__ import annotations
