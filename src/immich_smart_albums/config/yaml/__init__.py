"""YAML of rules files: read with the place of every value, and edited with as little change as possible."""

from __future__ import annotations
