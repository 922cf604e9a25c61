"""Earlier names of a rule's albums: what the ledger may know them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.rules.split import album_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.journal import KnownAlbum
    from immich_smart_albums.rules.album import AlbumRule


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


def earlier_keys(
    rule: AlbumRule,
    before: Sequence[AlbumKey],
    combinations: Iterable[Sequence[str]],
    albums: Iterable[KnownAlbum],
    present: AbstractSet[AlbumKey] = frozenset(),
) -> dict[str, AlbumKey]:
    """Returns the keys by which the ledger knows albums of a rule, the latest, by the names that they get now.

    `before` are the names of the rule before this one, the latest first; `combinations` the values of its split for
    which there are albums; `present` the names of all rules, whose albums are left to them.
    """
    keys = rule.rule.split
    known = {album.key for album in albums if not keys or _is_of(album, rule, before, present)}
    names = (
        (album_name(rule.name, keys, values), AlbumKey(name.owner, album_name(name.rule, keys, values)))
        for values in (combinations if keys else [()])
        for name in reversed(before)
    )
    return {name: key for name, key in names if key in known}


def _is_of(album: KnownAlbum, rule: AlbumRule, before: Sequence[AlbumKey], present: AbstractSet[AlbumKey]) -> bool:
    """Whether an album is a split rule's, or was one of those before; another rule's may only be called like that."""
    if album.key in present:
        return False
    # Before splits were noted, only the name tells.
    return album.split in {"", rule.name} or AlbumKey(album.key.owner, album.split) in before
