"""The albums that a rule feeds: one, or one for each value that it is split by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import Standing
from immich_smart_albums.rules.album import Keep
from immich_smart_albums.rules.split import filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.accounts import Participant
    from immich_smart_albums.operations.ports import Ledger
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.evaluate import Selection


def albums_of(
    rule: AlbumRule, selections: Mapping[str, Selection]
) -> Iterator[tuple[str, dict[str, tuple[Asset, ...]]]]:
    """The albums that a rule feeds, by name, with what each account selects for each."""
    if not rule.rule.split:
        yield rule.name, {account: selection.assets for account, selection in selections.items()}
        return
    names: dict[str, dict[str, list[Asset]]] = {}
    for account, selection in selections.items():
        for asset in selection.assets:
            for values in selection.groups[asset.id]:
                name = filled(rule.name, rule.rule.split, values)
                names.setdefault(name, {}).setdefault(account, []).append(asset)
    for name in sorted(names):
        yield name, {account: tuple(names[name].get(account, ())) for account in selections}


def left_behind(rule: AlbumRule, owner: Participant, ledger: Ledger) -> Iterator[str]:
    """The albums that a rule was split into before and that hold photos of ours, perhaps nothing else by now."""
    if rule.keep is Keep.ADD_ONLY or not rule.rule.split:
        return
    there = {album.id for album in owner.names.albums}
    whose = (owner.user.id, rule.name)
    for known in ledger.albums():
        is_of_rule = (known.key.owner, known.split) == whose
        if is_of_rule and known.counts.get(Standing.OURS) and known.binding and known.binding.album_id in there:
            yield known.key.rule
