"""The albums that rules feed."""

from __future__ import annotations
