"""Rules as they count: YAML that says the same when it is read again, with places, without keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.report.rules_text import rules_text
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode
from tests.rules.rules_file.test_json_schema import HOUSEHOLD, wrong
from tests.support.examples import examples
from tests.support.rules_files import book

if TYPE_CHECKING:
    from immich_smart_albums.rules.album import RuleSet


def shown(rules: RuleSet, server: tuple[str, str] | None = None) -> str:
    keys = {account.name: f"{account.name}'s place" for account in rules.accounts} or {
        "default": "the key is IMMICH_API_KEY"
    }
    return "\n".join([*rules_text(rules, server, keys), ""])


def plain(value: ValueNode) -> object:
    """A value without its places; whether a text was quoted counts."""
    match value:
        case ScalarNode():
            return (value.text, value.quoted)
        case SequenceNode():
            return [plain(item) for item in value.items]
        case MappingNode():
            return [(plain(key), plain(entry)) for key, entry in value.entries]


def match(entry: ValueNode | None) -> object:
    """What stands under `match`."""
    assert isinstance(entry, MappingNode)
    value = entry.get("match")
    assert value is not None
    return plain(value)


SMALL = "albums: [{name: Kids, match: {person: Emma}}]"


def test_defaults_are_filled_in_and_marked() -> None:
    assert shown(book(SMALL)) == (
        "# server: not known\n"
        "# account default: the key is IMMICH_API_KEY\n"
        "guard: {remove: [1000], add: unlimited}  # default\n"
        'schedule: "daily 04:00"  # default\n'
        "albums:\n"
        "  - name: Kids  # 1.yaml:1:10\n"
        "    match:\n"
        "      person: Emma\n"
        "    guard: {remove: [30 %, 500], add: unlimited, empty: refuse}  # default\n"
        "    keep: add-only  # default\n"
    )


HOUSE = HOUSEHOLD.replace('"{year}"', "Old")


def test_what_is_shown_reads_as_the_same_rules() -> None:
    rules = book(HOUSE)
    text = shown(rules, ("http://immich.local:2283", "1.yaml:2:1"))
    again = book(text)
    assert again.people == rules.people
    assert again.places == rules.places
    assert (again.guard, again.server) == (rules.guard, rules.server)
    commands = {account.name: (account.key_env, account.key_file, account.key_command) for account in again.accounts}
    assert commands == {
        "alice": (None, "/run/secrets/alice", None),
        "bob": ("BOB_KEY", None, None),
        "carol": (None, None, ("pass",)),  # what a program is told may be a secret
    }
    for one, other in zip(again.albums, rules.albums, strict=True):
        # Trees are labelled with their places, which are others.
        assert replace(one, rule=replace(one.rule, match=other.rule.match)) == other
        assert match(one.source) == match(other.source)
    assert wrong(text) == []


def test_it_says_where_everything_comes_from() -> None:
    text = shown(book(HOUSE), ("http://immich.local:2283", "--server"))
    for line in (
        'server: "http://immich.local:2283"  # --server',
        "accounts:  # 1.yaml:3:1",
        "  bob: {key_env: BOB_KEY}  # bob's place",
        "places:  # 1.yaml:8:1",
        "guard: {remove: [5 %, 1000], add: unlimited}  # 1.yaml:9:1",
        "  - name: 2024  # 1.yaml:11:5",
    ):
        assert f"{line}\n" in text


def test_what_logs_in_is_not_shown() -> None:
    text = shown(book(SMALL), ("http://me:secret@here", "--server"))
    assert "secret" not in text
    assert 'server: "http://***@here"' in text
    command = "accounts: {alice: {key_command: echo MyKey}}"
    assert "MyKey" not in shown(book(f"{command}\n{SMALL}"))


@pytest.mark.parametrize(
    "guard", ["{remove: unlimited}", "{remove: 0}", "{remove: 12.345 %, add: 0, empty: allow}", "{}"]
)
def test_guards_read_as_they_are_shown(guard: str) -> None:
    rules = book(f"albums: [{{name: Kids, match: {{person: Emma}}, guard: {guard}}}]")
    assert book(shown(rules)).albums[0].guard == rules.albums[0].guard


SCALARS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["a b", "- a", "a: b", "#x", "a #b", "~", "", "'", '"', "{a}", "[b", "\n", " x ", "é", "%", "*a"]),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(SCALARS, inner, max_size=3), max_leaves=8
)
TEXT = "rules.yaml"


@settings(max_examples=examples(40), deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, '"', "'", "|"]))
def test_any_value_reads_as_it_is_shown(value: object, flow: bool, style: str | None) -> None:
    diagnostics = Diagnostics()
    written = yaml.safe_dump({"match": value}, default_flow_style=flow, default_style=style, allow_unicode=True)
    first = read_yaml(TEXT, _untagged(written).encode(errors="replace"), diagnostics)
    if diagnostics.problems or not isinstance(first, MappingNode):
        return  # control characters, or a mapping that is none without its tags
    rules = book(SMALL)
    (album,) = rules.albums
    text = shown(replace(rules, albums=(replace(album, source=first),)))
    second = read_yaml(TEXT, text.encode(), diagnostics)
    assert diagnostics.problems == []
    assert isinstance(second, MappingNode)
    albums = second.get("albums")
    assert isinstance(albums, SequenceNode)
    assert match(albums.items[0]) == match(first)


def _untagged(text: str) -> str:
    """PyYAML tags what it quotes as if it were a number."""
    return text.replace("!!null ", "").replace("!!bool ", "").replace("!!int ", "").replace("!!float ", "")


def test_when_and_whom_is_shown_with_its_place() -> None:
    text = f"schedule: hourly\ntimezone: Europe/Berlin\nnotify: [{{url: {{env: HOOK}}, events: changes}}]\n{SMALL}"
    lines = shown(book(text)).splitlines()
    assert lines[3:8] == [
        "schedule: hourly  # 1.yaml:1:1",
        "timezone: Europe/Berlin  # 1.yaml:2:1",
        "notify:",
        "  - url:",
        "      env: HOOK",
    ]
    assert wrong("\n".join(lines)) == []
