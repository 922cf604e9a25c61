"""Predicates in Immich's own words: ids, records and searches."""

from __future__ import annotations
