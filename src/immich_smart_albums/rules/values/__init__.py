"""How values are written: numbers, dates, places on earth, texts, expressions."""

from __future__ import annotations
