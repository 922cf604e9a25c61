"""The Immich REST API: the only part of the program that talks to a photo server."""

from __future__ import annotations
