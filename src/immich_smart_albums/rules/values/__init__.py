"""Reads values of predicates: numbers, dates, places on earth, texts, regular expressions."""

from __future__ import annotations
