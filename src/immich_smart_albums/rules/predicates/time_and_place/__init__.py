"""Predicates on the time and the place at which a photo was taken."""

from __future__ import annotations
