"""Reads `was` of an album: the earlier name of its rule, so that a new name makes no new album."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.split import placeholders
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

NO_RULE = "none"
"""The word for a rule that continues no earlier one."""


def read_was(entries: Mapping[str, ValueNode], reader: Reader) -> tuple[str | None, bool]:
    """Returns the earlier name of a rule, and whether the entry declares that it had none.

    `(None, False)` without `was`.
    """
    value = entries.get("was")
    text = None if value is None else reader.text(value, f"the name that the rule had before, or {NO_RULE},")
    if value is None or text is None:
        return None, False
    name = nfc(text).strip()
    if name == NO_RULE:
        return None, True
    now = entries.get("name")
    if "split" in entries and isinstance(now, ScalarNode) and placeholders(now.text) != placeholders(name):
        hint = f"Give its name with the same braces. For albums of its own: was: {NO_RULE}."
        reader.problem(value, f"the album is split, and {name!r} was not split in the same way", hint=hint)
    return name, False


def check_was(albums: Iterable[ValueNode], reader: Reader) -> None:
    """Note rules that continue one which is still there, and two that continue the same."""
    entries = [album for album in albums if isinstance(album, MappingNode)]
    names = {_plain(value): value for album in entries if isinstance(value := album.get("name"), ScalarNode)}
    taken: dict[str, ScalarNode] = {}
    for album in entries:
        value = album.get("was")
        if not isinstance(value, ScalarNode) or _plain(value) in {NO_RULE, ""}:
            continue
        before = _plain(value)
        # Its own name is one that it had in another account.
        if before in names and names[before] is not album.get("name"):
            hint = f"Each has an album of its own. For a new one: was: {NO_RULE}."
            reader.problem(value, f"there still is a rule {before!r}, at {names[before].span}", hint=hint)
        elif taken.setdefault(before, value) is not value:
            hint = f"One of them goes on with its album; the other one gets a new one: was: {NO_RULE}."
            message = f"two rules were {before!r} before, the other one at {taken[before].span}"
            reader.problem(value, message, hint=hint)


def _plain(value: ScalarNode) -> str:
    return nfc(value.text).strip()
