"""Which photos match: rules compiled into searches, searches into a selection."""

from __future__ import annotations
