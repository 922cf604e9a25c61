"""Predicates on the camera, and on the picture that it made."""

from __future__ import annotations
