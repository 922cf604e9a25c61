"""Rules as YAML, with all files merged, defaults filled in, and the origin of each setting as a comment.

It has no key, and nothing that may hold one: of a program that prints a key only its name.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from immich_smart_albums.report.words import is_harmless
from immich_smart_albums.rules.album import Keep
from immich_smart_albums.rules.rules_file.guard import guard_words
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.rules.album import Account, AlbumRule, Header, RuleSet
    from immich_smart_albums.rules.syntax.document import ValueNode

_LOGIN = re.compile(r"://[^/\s]*@")
_PLAIN = re.compile(r"[A-Za-z][\w @./+-]*[\w]|[A-Za-z]|\d+", re.ASCII)
"""Texts that need no quotes in YAML."""


def rules_text(rules: RuleSet, server: tuple[str, str] | None, keys: Mapping[str, str]) -> Iterator[str]:
    """Yields the lines. `server` is the address and its origin, `keys` are the origins of the keys by account."""
    if server is None:
        yield "# server: not known"
    else:
        yield f"server: {_scalar(_LOGIN.sub('://***@', server[0]))}  # {server[1]}"
    if rules.accounts:
        yield f"accounts:{_place(rules, 'accounts')}"
        for account in rules.accounts:
            yield f"  {_scalar(account.name)}: {_account(account)}  # {keys[account.name]}"
    else:
        yield from (f"# account {name}: {origin}" for name, origin in keys.items())
    yield from _connection(rules)
    if rules.people:
        yield f"people:{_place(rules, 'people')}"
        yield from (f"  {_scalar(name)}: {_list(members)}" for name, members in rules.people.items())
    if rules.places:
        yield f"places:{_place(rules, 'places')}"
        for name, circle in rules.places.items():
            where = f"lat: {circle.latitude!r}, lon: {circle.longitude!r}, radius: {_number(circle.radius)}m"
            yield f"  {_scalar(name)}: {{{where}}}"
    yield f"guard: {guard_words(rules.guard, ('remove', 'add'))}{_place(rules, 'guard')}"
    yield f"schedule: {_scalar(rules.schedule.text)}{_place(rules, 'schedule')}"
    if rules.timezone is not None:
        yield f"timezone: {_scalar(rules.timezone)}{_place(rules, 'timezone')}"
    if rules.notify:
        yield from _entry("notify", rules.source["notify"][1])
    yield "albums:"
    for album in rules.albums:
        yield from _album(album, has_accounts=bool(rules.accounts))


def _connection(rules: RuleSet) -> Iterator[str]:
    """Yields the headers and certificates for a login in front of Immich."""
    if rules.headers:
        yield f"headers:{_place(rules, 'headers')}"
        yield from (f"  {header.name}: {_header(header)}" for header in rules.headers)
    for word, file in (("client_cert", rules.client_cert), ("client_key", rules.client_key)):
        if file is not None:
            yield f"{word}: {_scalar(file)}{_place(rules, word)}"


def _album(album: AlbumRule, *, has_accounts: bool) -> Iterator[str]:
    entries = () if album.source is None else album.source.entries
    written = {key.text: value for key, value in entries}
    effective: dict[str, str] = {"guard": guard_words(album.guard, ("remove", "add", "empty"))}
    if has_accounts:
        effective["accounts"] = _list(album.accounts)
    effective["keep"] = album.keep.value
    if album.keep is Keep.IN_STEP:
        effective["sticky"] = str(album.sticky).lower()
    if album.rule.limit is not None:
        effective["sort"] = album.rule.sort.value
    if album.share:
        effective["unshare"] = str(album.unshare).lower()
    yield f"  - name: {_scalar(album.name)}  # {album.span}"
    for word in [*written, *(word_in_effect for word_in_effect in effective if word_in_effect not in written)]:
        if word == "name":
            continue
        if word in effective:
            yield f"    {word}: {effective[word]}{'' if word in written else '  # default'}"
        else:
            yield from (f"    {line}" for line in _entry(word, written[word]))


def _place(rules: RuleSet, section: str) -> str:
    return f"  # {rules.source[section][0].span}" if section in rules.source else "  # default"


def _account(account: Account) -> str:
    if account.key_command is not None:
        key = f"key_command: {_scalar(account.key_command[0])}"
    else:
        word = "key_env" if account.key_env is not None else "key_file"
        key = f"{word}: {_scalar(account.key_env or account.key_file or '')}"
    headers = ", ".join(f"{header.name}: {_header(header)}" for header in account.headers)
    return f"{{{key}, headers: {{{headers}}}}}" if headers else f"{{{key}}}"


def _header(header: Header) -> str:
    """Returns the source of a header's value. The value itself is not read."""
    return f"{{env: {_scalar(header.env)}}}" if header.env is not None else f"{{file: {_scalar(header.file or '')}}}"


def _entry(word: str, value: ValueNode) -> list[str]:
    first, *rest = _lines(value)
    if isinstance(value, ScalarNode) or (not rest and first in {"[]", "{}"}):
        return [f"{word}: {first}".rstrip()]
    return [f"{word}:", *(f"  {line}" for line in (first, *rest))]


def _lines(value: ValueNode) -> list[str]:
    """Returns the lines of a value in block style, as it was written."""
    match value:
        case ScalarNode():
            return [value.text if _is_plain(value) else _quoted(value.text)]
        case SequenceNode():
            lines = [
                f"{'- ' if number == 0 else '  '}{line}"
                for item in value.items
                for number, line in enumerate(_lines(item))
            ]
            return lines or ["[]"]
        case MappingNode():
            return [line for key, entry_value in value.entries for line in _entry(_lines(key)[0], entry_value)] or [
                "{}"
            ]


def _is_plain(value: ScalarNode) -> bool:
    """Returns whether a text was written without quotes, on one line."""
    return not value.quoted and "\n" not in value.text


def _scalar(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """Returns a text in double quotes, as in JSON; characters that could steer a terminal are escaped."""
    plain = json.dumps(text, ensure_ascii=False)
    return "".join(character if is_harmless(character) else _escape(character) for character in plain)


def _escape(character: str) -> str:
    """Returns YAML's escape of a character. Unlike JSON's it is never a pair of surrogates."""
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _list(texts: tuple[str, ...]) -> str:
    return f"[{', '.join(map(_scalar, texts))}]"


def _number(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")
