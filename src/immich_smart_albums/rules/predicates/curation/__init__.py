"""Predicates on what people did with a photo in Immich: ratings, tags, albums."""

from __future__ import annotations
