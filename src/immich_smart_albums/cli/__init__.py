"""The command line: reads arguments, calls an operation, prints what came of it."""

from __future__ import annotations
