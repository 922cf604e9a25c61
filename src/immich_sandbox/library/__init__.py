"""The library that the server holds: records, access, keys."""

from __future__ import annotations
