"""Earlier names of a rule's albums: what the ledger may know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.rules.split import album_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.run.evaluate import Selection


def earlier_rules(
    names: Sequence[AlbumKey], renames: Mapping[AlbumKey, AlbumKey], present: AbstractSet[AlbumKey]
) -> list[AlbumKey]:
    """Returns what a rule was called, the latest first, without what another one of the rules is called now.

    `names` are those that are known, its own as the first; `present` are the names of all rules.
    """
    result = list(names)
    for name in result:
        result += [before for before, now in renames.items() if now == name and before not in {*result, *present}]
    return result[1:]


def earlier_names(
    rule: AlbumRule, before: Sequence[AlbumKey], selections: Iterable[Selection]
) -> Iterator[tuple[str, AlbumKey]]:
    """Yields the name of each album of a rule with what it may have been known by, the latest as the last."""
    if not before:
        return
    keys = rule.rule.split
    combinations = {values for selection in selections for groups in selection.groups.values() for values in groups}
    for values in combinations if keys else [()]:
        for name in reversed(before):
            yield album_name(rule.name, keys, values), AlbumKey(name.owner, album_name(name.rule, keys, values))
