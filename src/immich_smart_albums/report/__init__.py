"""Selections, plans and findings as text and JSON. No decisions are made here."""

from __future__ import annotations
