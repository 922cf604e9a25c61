"""Predicates on the content of a picture: people, things, text."""

from __future__ import annotations
