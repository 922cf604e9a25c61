"""Photos by their ids, records and searches in Immich's own words."""

from __future__ import annotations
