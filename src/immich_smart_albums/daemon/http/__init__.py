"""The daemon's address: calls of Immich, health, figures, and the links in messages."""

from __future__ import annotations
