"""Predicates on a photo's file, and on its owner."""

from __future__ import annotations
