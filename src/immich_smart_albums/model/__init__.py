"""The nouns of the program, as frozen values."""

from __future__ import annotations
