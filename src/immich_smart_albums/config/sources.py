"""The values of flags: a file, inline JSON, a search address from the browser, or bare words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.source import Form, Source

if TYPE_CHECKING:
    from immich_smart_albums.rules.findings import Findings


def read_source(flag: str, value: str, findings: Findings) -> Source | None:
    """What stands behind one value; None with a problem noted for a file or address that cannot be read."""
    text = value.strip()
    if text.startswith(("{", "[")):
        return Source(flag, text, Form.INLINE)
    if text.startswith(("http://", "https://")) and urlsplit(text).path.rstrip("/").endswith("/search"):
        return _from_address(flag, text, findings)
    path = Path(value).expanduser()
    if _is_file(path):
        return _from_file(path, value, findings)
    return Source(f"{flag} {value!r}", value, Form.BARE)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name too long, or a folder that may not be looked into
        return False


def _from_file(path: Path, label: str, findings: Findings) -> Source | None:
    try:
        return Source(label, path.read_text(encoding="utf-8-sig"), Form.FILE)
    except OSError as error:
        findings.problems.append(Problem(label, f"cannot be read: {error.strerror}"))
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start})"
        findings.problems.append(Problem(label, message, "Save it as UTF-8; most editors can."))
    return None


def _from_address(flag: str, address: str, findings: Findings) -> Source | None:
    """The search in `https://…/search?query=%7B…%7D`, as Immich's own search page has it."""
    found = parse_qs(urlsplit(address).query).get("query", [])
    if len(found) != 1:
        hint = "Search in Immich and copy the whole address; it has ?query=… in it."
        findings.problems.append(Problem(flag, "this address holds no search", hint))
        return None
    return Source(f"{flag} (search address)", found[0], Form.URL)
