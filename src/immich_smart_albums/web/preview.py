"""A preview of one rule: its photos by tab, and the plan of its albums."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from immich_smart_albums.operations.indexing.waiting import OPEN
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.web.rows.counts import Group

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, AlbumSnapshot, Plan
    from immich_smart_albums.config.editing.rows import Row
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.session.session import Session

TABS = {
    "added": "Would be added",
    "inside": "In the album",
    "leaving": "Would leave",
    "kept": "Left out by hand",
    "waiting": "Waiting",
}
"""The tabs of photos, by the word that the page asks with."""

_NO_RANKS: Mapping[str, int] = {}
_LAST = sys.maxsize

MOST_ALBUMS = 200
"""Albums whose contents are remembered."""


@dataclass(frozen=True, slots=True)
class TypedRule:
    """A rule as it is on disk, or as somebody is typing it."""

    rule: AlbumRule
    rules: RuleSet
    """All rules, with this one among them."""
    text: str
    """The whole file that the rule is in."""
    rows: tuple[Row, ...]
    settings: tuple[str, ...] = ()
    """What the album says beside its rule."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a rule means now, held against its albums."""

    id: str
    typed: TypedRule
    plan: Plan
    groups: dict[str, tuple[Group, ...]]
    """The photos by tab."""

    @property
    def rule(self) -> AlbumRule:
        """The rule."""
        return self.typed.rule

    @property
    def rules(self) -> RuleSet:
        """All rules, with this one among them."""
        return self.typed.rules

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rule as rows."""
        return self.typed.rows

    @property
    def albums(self) -> tuple[AlbumPlan, ...]:
        """The albums that the rule feeds: one, unless it is split."""
        return self.plan.albums

    @property
    def counts(self) -> dict[str, int]:
        """How many photos each tab has."""
        return {tab: self.count(tab) for tab in self.groups}

    def count(self, tab: str, group: int | None = None) -> int:
        """Returns how many photos a tab has, or one of its groups."""
        return sum(shown.size for shown in self._groups(tab, group))

    def sizes(self, tab: str) -> list[tuple[str, int, int]]:
        """Returns the groups of a tab: the words of each, how many photos it has, and how many of them are shown."""
        return [(group.words, group.size, len(group.assets)) for group in self.groups.get(tab, ())]

    @property
    def is_open(self) -> bool:
        """Whether photos wait only because Immich was not asked yet whether it has looked at them."""
        return any(wait.reason == OPEN for album in self.albums for wait in album.waiting)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why a part of it is not known."""
        return tuple(dict.fromkeys(problem for album in self.albums for problem in album.problems))

    def photos(self, tab: str, group: int | None, start: int, most: int) -> list[Asset]:
        """Returns some photos of a tab, or of one of its groups."""
        photos = (asset for shown in self._groups(tab, group) for asset in shown.assets)
        return list(islice(photos, start, start + most))

    def _groups(self, tab: str, group: int | None) -> tuple[Group, ...]:
        groups = self.groups.get(tab, ())
        return groups if group is None else groups[group : group + 1]


@dataclass(slots=True)
class AlbumContents:
    """The contents of albums, read again once a plan has seen another state of the album."""

    _assets: dict[tuple[str, str], tuple[AlbumSnapshot | None, tuple[Asset, ...]]] = field(default_factory=dict)

    def assets(self, session: Session, album: AlbumPlan, stop: Stop) -> tuple[Asset, ...]:
        """Returns the photos of an album, as the account that owns it sees them, newest first.

        Raises SmartAlbumsError and Stopped.
        """
        if album.album is None:
            return ()
        key = album.owner, album.album.id
        seen, assets = self._assets.get(key, (None, ()))
        if seen is None or seen != album.seen:
            assets = session.album_assets(album.album.id, account=album.owner, stop=stop)
            if len(self._assets) >= MOST_ALBUMS:
                self._assets.clear()
            self._assets[key] = album.seen, assets
        return assets


def preview(session: Session, contents: AlbumContents, typed: TypedRule, id_: str, stop: Stop) -> Preview:
    """Plan one rule, which need not be in a file. Raises SmartAlbumsError, and Stopped if `stop` says so."""
    rules, rule = typed.rules, typed.rule
    only = replace(rules, albums=(rule,), others=tuple(other for other in rules.albums if other is not rule))
    draft = session.draft(only, stop=stop)
    albums = draft.plan.albums
    waits = [group for album in albums for group in (*album.waiting, *album.staying)]
    groups = {
        "added": _one_group([album.additions for album in albums], draft.ranks),
        "inside": _one_group([contents.assets(session, album, stop) for album in albums], draft.ranks),
        "leaving": _one_group([album.removals for album in albums], _NO_RANKS),
        "kept": _one_group([album.kept_out for album in albums], _NO_RANKS),
        "waiting": distinct(Group(wait.reason, wait.assets) for wait in waits),
    }
    return Preview(id_, typed, draft.plan, groups)


def _one_group(groups: Iterable[Sequence[Asset]], ranks: Mapping[str, int]) -> tuple[Group, ...]:
    """Returns all photos as one group: the best first where a search ranks them, else the newest."""
    photos = newest_first({asset.id: asset for assets in groups for asset in assets}.values())
    if ranks:
        photos.sort(key=lambda asset: ranks.get(asset.id, _LAST))
    return (Group("", tuple(photos)),) if photos else ()


def distinct(groups: Iterable[Group]) -> tuple[Group, ...]:
    """Returns the groups, each photo in the first that has it."""
    parts = [group for group in groups if group.assets]
    if len(parts) < 2:
        return tuple(parts)
    ids: set[str] = set()
    new_groups = []
    for group in parts:
        assets = tuple([asset for asset in group.assets if asset.id not in ids])
        ids.update([asset.id for asset in assets])
        if assets:
            new_groups.append(replace(group, assets=assets))
    return tuple(new_groups)
