"""From the command line's flags to the same tree of rules."""

from __future__ import annotations
