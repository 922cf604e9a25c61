"""The envelope of all JSON of this tool: its version, and how it is serialised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_VERSION = 1
"""It grows when a field changes its meaning or goes away."""


def envelope(fields: Mapping[str, object]) -> dict[str, object]:
    """Returns the fields of a document, plain values, with the version of their meaning."""
    return {"version": JSON_VERSION, **fields}


def json_text(document: object) -> str:
    """Returns a document as JSON in ASCII, which every terminal and pipe can take."""
    return json.dumps(document, indent=2)
