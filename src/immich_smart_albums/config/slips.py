"""Slips: things that people write by mistake in place of an address or a key, with a hint for each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from immich_smart_albums.rules.syntax.ids import looks_like_id

if TYPE_CHECKING:
    from collections.abc import Sequence

Slip = tuple[str, str]
"""The message and the hint."""

_QUOTES = "\"'`\u201c\u201d\u201e\u2018\u2019"
_UNFILLED = re.compile(r"\$\{\w+[^}]*\}|\$[A-Za-z_]\w*|\{\{.*\}\}|%[A-Za-z_]\w*%")
_KEY = re.compile(r"[A-Za-z0-9]{32,}", re.ASCII)
"""Keys as Immich makes them: 32 random bytes in base 64, only letters and digits."""
_LOGIN = re.compile(r"(?<=://)[^/@\s]*(?=@)")
_PAGES = frozenset(
    [
        *("admin", "albums", "api", "archive", "auth", "explore", "favorites", "folders", "link", "locked", "map"),
        *("memory", "partners", "people", "photos", "places", "search", "share", "sharing", "tags", "trash"),
        *("user-settings", "utilities"),
    ]
)
"""First words of the addresses of Immich's own pages."""


def wrong_address(text: str) -> Slip | None:
    """Returns the slip in a text as a server's address. None if there is none that is known."""
    shown = _LOGIN.sub("***", text)
    if _KEY.fullmatch(text):
        return "that is a key, not an address", "The address looks like http://immich.local:2283."
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        return f"the address {shown} has quotes in it", "Write it without: here quotes are part of the value."
    if match := _UNFILLED.search(text):
        return f"the address {shown} has {match[0]} in it", f"Nothing is put in its place here. {_PUT_IN}"
    if text.split() != [text]:
        return f"the address {shown!r} has spaces in it", "Write it without."
    if "://" not in text:
        return f"the address {shown} does not begin with http:// or https://", f"Did you mean http://{shown}?"
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    if page_base(text) and (parts.query or parts.fragment or any(map(looks_like_id, parts.path.split("/")))):
        return f"{shown} is the address of a page", f"The server's own address is probably {page_base(text)}."
    return None


_PUT_IN = "In a rules file, leave server: out and set IMMICH_SERVER_URL; in a shell, use double quotes."


def page_base(text: str) -> str | None:
    """Returns the server's address in that of a page: `http://photos:2283` of `http://photos:2283/albums/…`.

    None if it is no page of Immich.
    """
    parts = urlsplit(text)
    words = parts.path.strip("/").split("/")
    index = next((number for number, word in enumerate(words) if word in _PAGES), None)
    if index is None:
        return None
    return "/".join([f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}", *words[:index]])


def wrong_key(text: str, variable: str = "IMMICH_API_KEY_FILE") -> Slip | None:
    """Returns the slip in a text as a key, without showing the text. None if it may be a key.

    `variable` is the setting that takes a file's name.
    """
    if not text:
        return "there is no key", "Make one in Immich under Account Settings → API Keys."
    if text[:1] in _QUOTES or text[-1:] in _QUOTES:
        return "the key has quotes around it", "Write it without: here quotes are part of the value."
    if _UNFILLED.fullmatch(text):
        return f"the key is {text}, and nothing is put in its place here", "Give the key itself, or fill it in before."
    if text.startswith(("http://", "https://")):
        return "that is an address, not a key", "The key is a row of letters and digits."
    if text.startswith(("/", "./", "../", "~/", "~\\")) or re.match(r"[A-Za-z]:[\\/]", text):
        return f"{text} is the name of a file, not a key", f"Give a file's name as {variable}."
    lines = text.splitlines()
    if len(lines) > 1:
        return f"there are {len(lines)} lines, and a key is one", "A file for a key holds the key and nothing else."
    if re.match(r"(?:export\s+)?[A-Za-z_]\w*\s*=", text):
        return "that is NAME=value, not a key", "Give what stands behind the = alone."
    if re.match(r"(?i)(?:bearer|x-api-key:?)\s", text):
        return "that is a header, not a key", "Give its last word alone."
    if not (text.isascii() and text.isprintable() and " " not in text):
        return "the API key has characters that no key has", "Copy it again, without quotes and line breaks."
    return None


def which_counts(origin: str, others: Sequence[str]) -> str | None:
    """Returns a note on which source of a setting counts. None if there is only one."""
    if not others:
        return None
    return f"{origin} counts; {' and '.join(others)} {'does' if len(others) == 1 else 'do'} not"
