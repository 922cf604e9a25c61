"""The daemon's HTTP server: webhook of Immich, health, metrics, and the links in messages."""

from __future__ import annotations
