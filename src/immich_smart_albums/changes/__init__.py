"""What would change: plans, made without touching anything."""

from __future__ import annotations
