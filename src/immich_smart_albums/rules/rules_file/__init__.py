"""Reads rules files: from plain values to a `RuleSet`."""

from __future__ import annotations
