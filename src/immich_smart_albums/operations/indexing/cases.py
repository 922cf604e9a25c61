"""Groups photos for which the same stages are known to be done, so that each group is decided once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.selection.run.certainty import deciding_stages, missing_stages
from immich_smart_albums.selection.stages import NONE, shows_metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.run.certainty import MatchGroup, Table
    from immich_smart_albums.selection.stages import Stages


@dataclass(frozen=True, slots=True)
class Case:
    """Photos for which the same is known."""

    table: Table
    """Tells which stages decide whether they match."""
    done: Stages
    is_fresh: bool
    """Whether they were uploaded only just now."""
    assets: Sequence[Asset]

    @property
    def deciding(self) -> Stages:
        """The stages that may still decide, of those not known to be done."""
        return deciding_stages(self.table, self.done)

    @property
    def missing(self) -> tuple[Stage, ...]:
        """The fewest stages that are missing for certainty. Empty if the match is certain."""
        return missing_stages(self.table, self.done)

    def split(self, ids: Collection[str], stages: Iterable[Stage]) -> Iterator[Case]:
        """Yields two cases: the photos with these ids, for which `stages` are done as well, and the others."""
        inside = [asset for asset in self.assets if asset.id in ids]
        if inside:
            yield replace(self, done=self.done.union(stages), assets=inside)
        if len(inside) < len(self.assets):
            yield replace(self, assets=[asset for asset in self.assets if asset.id not in ids])


def doubtful(groups: Iterable[MatchGroup], fresh: Mapping[str, Record]) -> Iterator[Case]:
    """Yields the cases of groups. `fresh` has the records of photos that were uploaded only just now."""
    for group in groups:
        done = frozenset({Stage.DATES, Stage.METADATA} if group.is_read else {Stage.DATES})
        settled = [asset for asset in group.assets if asset.id not in fresh] if fresh else group.assets
        if settled:
            yield Case(group.table, done, is_fresh=False, assets=settled)
        for asset in group.assets if len(settled) < len(group.assets) else ():
            if asset.id in fresh:
                is_read = shows_metadata(fresh[asset.id])
                done = frozenset({Stage.DATES, Stage.METADATA}) if is_read else NONE
                yield Case(group.table, done, is_fresh=True, assets=(asset,))
