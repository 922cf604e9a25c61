"""Edits of rules files for the studio: what a click means, a rule as rows, and saving."""

from __future__ import annotations
