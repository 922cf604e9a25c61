"""Reads the plain values of rules files into a `RuleSet`, or notes every problem with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.album import RUN_GUARD, USUAL_SCHEDULE, RuleSet
from immich_smart_albums.rules.rules_file.accounts import read_accounts
from immich_smart_albums.rules.rules_file.album_entry import read_album
from immich_smart_albums.rules.rules_file.definitions import read_groups, read_places
from immich_smart_albums.rules.rules_file.guard import read_guard
from immich_smart_albums.rules.rules_file.headers import read_headers
from immich_smart_albums.rules.rules_file.keywords import FILE
from immich_smart_albums.rules.rules_file.notify import read_notify
from immich_smart_albums.rules.rules_file.schedule import read_schedule, read_timezone
from immich_smart_albums.rules.rules_file.settle import read_settle
from immich_smart_albums.rules.rules_file.was import check_was
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode, name_of
from immich_smart_albums.rules.syntax.ids import id_in_url
from immich_smart_albums.rules.syntax.reader import SETTLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from immich_smart_albums.rules.album import Account, AlbumRule
    from immich_smart_albums.rules.syntax.reader import Reader

Sections = dict[str, tuple[ScalarNode, ValueNode]]


def read_rules(files: Sequence[ValueNode], reader: Reader) -> RuleSet | None:
    """Returns the rule set of one or several files. None with problems noted.

    Albums may stand in all of them, every other section in one.
    """
    before = len(reader.diagnostics.problems)
    once, albums = _sections(files, reader)
    values = {word: value for word, (_, value) in once.items()}
    server = reader.text(values["server"], "the address of Immich") if "server" in values else None
    accounts = read_accounts(values["accounts"], reader) if "accounts" in values else ()
    headers = read_headers(values["headers"], reader) if "headers" in values else ()
    client = {word: _beside(values.get(word), reader) for word in ("client_cert", "client_key")}
    people = read_groups(values["people"], reader) if "people" in values else {}
    places = read_places(values["places"], reader) if "places" in values else {}
    guard = read_guard(values["guard"], RUN_GUARD, ("remove", "add"), reader) if "guard" in values else RUN_GUARD
    settle = read_settle(values["settle"], reader) if "settle" in values else None
    schedule = read_schedule(values["schedule"], reader) if "schedule" in values else None
    timezone = read_timezone(values["timezone"], reader) if "timezone" in values else None
    notify = read_notify(values["notify"], reader) if "notify" in values else ()
    _check_twins(albums, reader)
    check_was(albums, reader)
    album_reader = replace(reader, people=people, places=places, settle=SETTLE if settle is None else settle)
    names = _keys(values.get("accounts"))
    read = [album for entry in albums if (album := read_album(entry, names, album_reader))]
    if not read and files and len(reader.diagnostics.problems) == before:
        reader.problem(files[0], "there are no albums", hint="Write albums:, and below it - name: …, with its match.")
    if guard is None or len(reader.diagnostics.problems) > before:
        return None
    _notice_idle(accounts, read, reader)
    return RuleSet(
        tuple(read),
        accounts,
        server and server.strip(),
        headers,
        client_cert=client["client_cert"],
        client_key=client["client_key"],
        guard=guard,
        schedule=schedule or USUAL_SCHEDULE,
        timezone=timezone,
        notify=notify,
        people=people,
        places=places,
        source=once,
    )


def _beside(value: ValueNode | None, reader: Reader) -> str | None:
    """Returns the name of a file. None with a problem noted, or without a value."""
    text = None if value is None else reader.text(value, "the name of a file")
    return text and text.strip()


def _sections(files: Iterable[ValueNode], reader: Reader) -> tuple[Sections, list[ValueNode]]:
    """Returns the sections of all files, and the entries of all albums."""
    once: Sections = {}
    albums: list[ValueNode] = []
    for file in files:
        if isinstance(file, ScalarNode) and not (file.text or file.quoted):
            continue  # nothing but comments
        if not isinstance(file, MappingNode):
            hint = (
                'Write "albums:" before the list.'
                if isinstance(file, SequenceNode)
                else "Write albums: on the first line."
            )
            reader.problem(file, f"a rules file is a mapping, not {name_of(file)}", hint=hint)
            continue
        # Keys that begin with x- are for people, and for anchors of YAML.
        ours = MappingNode(tuple(entry for entry in file.entries if not entry[0].text.startswith("x-")), file.span)
        words = reader.known_entries(ours, FILE, "a rules file")
        for key, value in file.entries:
            if key.text == "albums":
                albums += _entries(value, reader)
            elif key.text in once:
                first = once[key.text][0].span
                hint = "Put both into one place; only albums may stand in several files."
                reader.problem(key, f"{key.text} stands here, and at {first} already", hint=hint)
            elif key.text in words:
                once[key.text] = (key, value)
    return once, albums


def _entries(value: ValueNode, reader: Reader) -> tuple[ValueNode, ...]:
    if isinstance(value, SequenceNode):
        return reader.elements(value, "an album") or ()
    hint = "Begin each album with a dash: - name: …" if isinstance(value, MappingNode) else None
    reader.problem(value, f"a list of albums is expected here, not {name_of(value)}", hint=hint)
    return ()


def _keys(value: ValueNode | None) -> list[str]:
    """Returns the names of all accounts, also of those with problems."""
    return [nfc(name.text) for name, _ in value.entries] if isinstance(value, MappingNode) else []


def _check_twins(albums: Iterable[ValueNode], reader: Reader) -> None:
    """Note albums that two rules feed: the rules would undo each other's work."""
    for word in ("name", "id"):
        seen: dict[str, ScalarNode] = {}
        for value in _texts(albums, word):
            same = id_in_url(value.text, "albums") if word == "id" else None
            first = seen.setdefault(same or nfc(value.text).strip(), value)
            if first is not value:
                hint = "Make one album of both, with their matches under any; or give one another name."
                message = f"there is an album with the {word} {value.text.strip()!r} already, at {first.span}"
                reader.problem(value, message, hint=hint)


def _texts(albums: Iterable[ValueNode], word: str) -> Iterator[ScalarNode]:
    for album in albums:
        value = album.get(word) if isinstance(album, MappingNode) else None
        if isinstance(value, ScalarNode) and value.text.strip():
            yield value


def _notice_idle(accounts: Iterable[Account], albums: Iterable[AlbumRule], reader: Reader) -> None:
    busy = {name for album in albums for name in album.accounts}
    for account in accounts:
        if account.name not in busy:
            reader.diagnostics.warn(f"{account.span}: the account {account.name} feeds no album")
