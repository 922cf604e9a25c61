"""The envelope of all JSON of this tool: its version, and how it is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_VERSION = 1
"""Grows when a field changes its meaning or goes away."""


def envelope(answer: Mapping[str, object]) -> dict[str, object]:
    """Returns an answer with the version of what its fields mean; plain values that `json` writes."""
    return {"version": JSON_VERSION, **answer}


def json_text(document: object) -> str:
    """Returns a document as text: plain ASCII, so that every terminal and pipe takes it."""
    return json.dumps(document, indent=2)
