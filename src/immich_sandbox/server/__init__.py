"""The server: application, routes, transport, faults."""

from __future__ import annotations
