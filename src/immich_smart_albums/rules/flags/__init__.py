"""Reads the command line's selection flags to the same tree as a rules file."""

from __future__ import annotations
