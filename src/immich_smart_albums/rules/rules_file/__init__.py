"""From a rules file to a set of album rules."""

from __future__ import annotations
