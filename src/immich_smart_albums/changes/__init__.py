"""What would change: plans, made from values, without input or output."""

from __future__ import annotations
