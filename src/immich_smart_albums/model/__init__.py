"""The nouns of the program as frozen values: assets, albums, queries, and Immich's search fields."""

from __future__ import annotations
