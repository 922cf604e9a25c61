"""Predicates: the words of a rules file that test an asset, a file for each, in rooms by subject."""

from __future__ import annotations
