"""Reads smart searches in words: `dog`, or `dog@500` with a limit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import LARGEST_LIMIT, Kind, Query

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Source

_WITH_LIMIT = re.compile(r"(?P<words>.*\S)\s*@\s*(?P<limit>-?\d+)", re.DOTALL)

_LIKE_A_FILE = re.compile(
    r"""
      \.(json|jsn|jso|jsno|josn|jon|jsonn|jsonl|ndjson|jsonc|json5|geojson|txt|text|ya?ml|toml|ini|cfg|conf|csv|xml)$
    | ^(/|\\|~|\.{1,2}([\\/]|$)|[a-z]:[\\/])
    | [\\/]$
    | \S[\\/]\S.*\.[a-z]\w{0,4}$
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""The ending of a file with searches, also misspelt; the beginning of a path; a folder; a file in a folder."""


def looks_like_file(text: str) -> bool:
    """Returns whether a text was probably meant as a file: `searches.jsn` was, `black/white` and `version 2.0` not."""
    return _LIKE_A_FILE.search(text) is not None


def split_limit(text: str) -> tuple[str, str | None]:
    """Returns the words and the limit of `dog@500`, as text: `dog` and `500`. The limit is None if there is none."""
    match = _WITH_LIMIT.fullmatch(text.strip())
    return (match["words"], match["limit"]) if match else (text.strip(), None)


def read_words(source: Source, diagnostics: Diagnostics, *, smart_limit: int) -> Query | None:
    """Returns the smart search in plain words. None with a problem noted."""
    words, most = split_limit(source.text)
    if most is not None and len(most) > len(str(LARGEST_LIMIT)):  # not by int(): it refuses more than 4300 digits
        hint = f"The largest is {LARGEST_LIMIT}. Write a smaller number behind the @, such as dog@500."
        diagnostics.problems.append(source.problem(f"a limit of {len(most)} digits", hint=hint))
        return None
    limit = smart_limit if most is None else int(most)
    if limit < 1:
        hint = "Write a number of at least 1 behind the @, such as dog@500."
        diagnostics.problems.append(source.problem(f"a limit of {limit} keeps nothing", hint=hint))
        return None
    if looks_like_file(words):
        hint = 'Check the path. For a smart search write the words alone, or {"query": "…"}.'
        diagnostics.problems.append(source.problem("no such file", hint=hint))
        return None
    return Query(Kind.SMART, where(query=words), limit=limit)
