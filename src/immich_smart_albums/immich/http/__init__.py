"""Requests to the server: connection, retries, answers."""

from __future__ import annotations
