"""The values of flags: a file, inline JSON, a search address from the browser, or bare words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from immich_smart_albums.config.files import LARGEST_FILTER, read_text
from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.payload.smart_text import looks_like_file
from immich_smart_albums.rules.syntax.source import Source, SourceForm

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics


def read_source(flag: str, value: str, diagnostics: Diagnostics) -> Source | None:
    """Returns the source of a value. Adds a problem and returns None for a file or address that cannot be read."""
    bare = Source(f"{flag} {value!r}", value, SourceForm.BARE)
    text = value.strip()
    if "-person-names-" in flag or not text:
        return bare  # a file that happens to be called Emma is not meant
    if text.startswith(("{", "[")):
        return Source(flag, text, SourceForm.INLINE)
    if text.startswith(("http://", "https://")):
        query = _query_of(text)
        return bare if query is None else _from_address(flag, query, diagnostics)
    path = _path(value)
    if path is None:
        return bare
    if not path.is_dir():
        return _from_file(path, value, diagnostics)  # a pipe or a device, too: <(…), /dev/stdin
    if "-smart-" in flag and "/" not in value and not looks_like_file(value):
        return bare  # a folder that happens to be called dog is not meant
    diagnostics.problems.append(Problem(bare.label, "is a folder", "Name the files in it one by one, or as *.json."))
    return None


def _path(value: str) -> Path | None:
    """Returns a value as the path of a file that exists. None if there is none, or none that can be seen."""
    try:
        path = Path(value).expanduser()
        path.stat()
    except (OSError, RuntimeError, ValueError):  # RuntimeError: "~somebody" who has no home
        return None
    return path


def _query_of(address: str) -> str | None:
    """Returns the query of a search address. None if it is no search address."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts.query if parts.path.rstrip("/").endswith("/search") else None


def _from_file(path: Path, label: str, diagnostics: Diagnostics) -> Source | None:
    try:
        return Source(label, read_text(path, LARGEST_FILTER), SourceForm.FILE)
    except OSError as error:
        diagnostics.problems.append(Problem(label, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start})"
        diagnostics.problems.append(Problem(label, message, "Save it as UTF-8; most editors can."))
    except ValueError as error:
        diagnostics.problems.append(Problem(label, f"cannot be read: {error}"))
    return None


def _from_address(flag: str, query: str, diagnostics: Diagnostics) -> Source | None:
    """Returns the search in `https://…/search?query=%7B…%7D`, an address of Immich's search page."""
    queries = parse_qs(query).get("query", [])
    if len(queries) != 1:
        hint = "Search in Immich and copy the whole address; it has ?query=… in it."
        diagnostics.problems.append(Problem(flag, "this address holds no search", hint))
        return None
    return Source(f"{flag} (search address)", queries[0], SourceForm.URL)
