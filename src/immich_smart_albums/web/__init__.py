"""The studio: web pages on top of a session. Only `serve` imports it."""

from __future__ import annotations
