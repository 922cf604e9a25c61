"""The verbs of the tool, a file or a room for each. Input and output only through ports."""

from __future__ import annotations
