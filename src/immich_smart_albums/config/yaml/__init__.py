"""YAML with a place for every value."""

from __future__ import annotations
