"""Earlier names of a rule's albums, under which the ledger may know them."""

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
    """Returns the earlier names of a rule, the latest first, without names that other rules have now.

    `names` starts with the rule's own name, and may have earlier ones that are known; `present` are the names of all
    rules.
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
    """Returns the latest keys of a rule's albums in the ledger, by the names that the albums get now.

    `before` are the earlier names of the rule, the latest first; `combinations` the values of its split for which there
    are albums; `present` the names of all rules, which keep their albums.
    """
    keys = rule.rule.split
    former = {album.key for album in albums if not keys or _is_of(album, rule, before, present)}
    names = (
        (album_name(rule.name, keys, values), AlbumKey(name.owner, album_name(name.rule, keys, values)))
        for values in (combinations if keys else [()])
        for name in reversed(before)
    )
    return {name: key for name, key in names if key in former}


def _is_of(album: KnownAlbum, rule: AlbumRule, before: Sequence[AlbumKey], present: AbstractSet[AlbumKey]) -> bool:
    """Whether an album belongs to a split rule, by its present or an earlier name, and not just by the album's name."""
    if album.key in present:
        return False
    # Before splits were noted, only the name shows it.
    return album.split in {"", rule.name} or AlbumKey(album.key.owner, album.split) in before
