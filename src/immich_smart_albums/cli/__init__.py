"""The command line: reads arguments, calls the session, prints the result."""

from __future__ import annotations
