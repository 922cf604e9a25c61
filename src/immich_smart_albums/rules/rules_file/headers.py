"""Reads `headers`, for a proxy or a login in front of Immich. The values come from a variable or a file, as keys do.

Problems are noted without the line, since a token may stand on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.span import problem_at
from immich_smart_albums.rules.album import Header
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

OURS = frozenset(
    {
        *("x-api-key", "accept", "accept-encoding", "connection", "content-length", "content-type", "host"),
        *("transfer-encoding", "proxy-authorization", "upgrade", "te", "expect"),
    }
)
"""Headers that this tool sends itself, or that would change how an answer is read."""

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_EXAMPLE = "CF-Access-Client-Secret: {file: /run/secrets/cf}, or {env: CF_SECRET}"
_HINT = f"Write such as {_EXAMPLE}. The value itself has no place in a rules file."


def why_not(name: str) -> str | None:
    """Returns why a text cannot be the name of a header. None if it can."""
    if not _NAME.fullmatch(name):
        return "this is not the name of a header"
    return f"the header {name} is this tool's own" if name.lower() in OURS else None


def read_headers(value: ValueNode, reader: Reader) -> tuple[Header, ...]:
    """Returns the headers; those with problems, which are noted, are left out."""
    if not isinstance(value, MappingNode) or not value.entries:
        _problem(value, "headers by name are expected here, a mapping", reader)
        return ()
    headers = [_read(name, entry, reader) for name, entry in value.entries]
    return tuple(header for header in headers if header)


def _read(name: ScalarNode, value: ValueNode, reader: Reader) -> Header | None:
    wrong = why_not(name.text)
    if wrong is not None:
        _problem(name, wrong, reader)
        return None
    words = {key.text: entry for key, entry in value.entries} if isinstance(value, MappingNode) else {}
    match words:
        case {"env": ScalarNode(text=text)} if len(words) == 1 and text.strip():
            return Header(name.text, env=text.strip(), span=name.span)
        case {"file": ScalarNode(text=text)} if len(words) == 1 and text.strip():
            return Header(name.text, file=text.strip(), span=name.span)
    _problem(value, f"where the value of {name.text} comes from is expected here, a mapping", reader)
    return None


def _problem(node: ValueNode, message: str, reader: Reader) -> None:
    reader.diagnostics.problems.append(problem_at(node.span, message, _HINT))
