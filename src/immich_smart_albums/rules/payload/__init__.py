"""Immich's own search payloads, as they stand in flags and in `search:`."""

from __future__ import annotations
