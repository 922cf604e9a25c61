"""Photos that differ from the selection: some wait to be added, and some stay although they are not selected."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT, MembershipState
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.albums.staying import stages_of_rule, staying
from immich_smart_albums.operations.indexing.indexing import Indexing
from immich_smart_albums.operations.indexing.waiting import waiting_reasons
from immich_smart_albums.operations.select import SelectOptions, resolve_and_compile, select
from immich_smart_albums.rules.album import Keep
from immich_smart_albums.rules.tree import Rule
from immich_smart_albums.selection.compile.relax import without_smart
from immich_smart_albums.selection.run.evaluate import Selection

if TYPE_CHECKING:
    from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.plan.selections import AlbumSelections


@dataclass(frozen=True, slots=True)
class Unselected:
    """Finds the photos of albums that wait to be added, and those that stay although they are not selected."""

    accounts: ConnectedAccounts
    options: SelectOptions
    _indexing: dict[str, Indexing] = field(default_factory=dict)

    def waiting(
        self, desired: DesiredAlbum, current: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> dict[str, dict[str, str]]:
        """Returns, by account and id, why photos wait that would be added: Immich has not looked at them yet.

        Raises ServerError and FilterError.
        """
        settled = (current.inside if current else frozenset()) | memory.having(KEPT_OUT)
        waiting = {}
        for name, assets in desired.selections.items():
            new = [asset for asset in assets if asset.id not in settled] if settled else assets
            certainty = answers.selections[name].certainty
            waiting[name] = waiting_reasons(self.indexing_of(name), certainty, new, desired.rule.settle)
        return waiting

    def staying(
        self, desired: DesiredAlbum, current: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> dict[str, str]:
        """Returns, by id, why photos stay that are not selected: Immich no longer shows what the rule asks for.

        Raises ServerError and FilterError.
        """
        if current is None or desired.rule.keep is Keep.ADD_ONLY:
            return {}
        ours = memory.having({MembershipState.OURS}) & current.members
        ids = ours - answers.selected - desired.sticky if ours else ours
        lost = {id_: memory.memberships[id_].asset for id_ in ids}
        reasons: dict[str, str] = {}
        for name, resolved in answers.rules.items():
            account, indexing = self.accounts.present[name], self.indexing_of(name)
            if indexing.most is not None and len(lost) > indexing.most:
                continue  # each of these would cost a request, and a draft is never written
            if Stage.FACES in stages_of_rule(resolved.match) and not indexing.leaves_open:
                indexing.remember_faces(answers.selections[name].assets)
            reasons |= staying(resolved, lost, account, indexing, self.options, desired.rule.settle)
        return reasons

    def sticky(
        self, desired: DesiredAlbum, current: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> frozenset[str]:
        """Returns the ids of photos that stay, not selected only because a smart search ranks them lower now."""
        rule = desired.rule
        if current is None or rule.keep is Keep.ADD_ONLY or not rule.sticky:
            return frozenset()
        # A photo that moves to another album of a split rule is not lost.
        ours = memory.having({MembershipState.OURS}) & current.members
        lost = ours - answers.selected if ours else ours
        if not lost:
            return frozenset()
        stays: set[str] = set()
        for name, resolved in answers.rules.items():
            match = without_smart(resolved.match)
            if match == resolved.match:
                continue
            if match is None:
                return frozenset(lost)
            compiled = resolve_and_compile({rule.name: Rule(match)}, self.accounts.present[name])
            result = select(compiled, self.accounts.present[name], self.options)[rule.name]
            # If the search failed, all of them stay.
            stays |= lost if not isinstance(result, Selection) else lost & {asset.id for asset in result.assets}
        return frozenset(stays)

    def indexing_of(self, name: str) -> Indexing:
        """Returns the `Indexing` of an account, the same each time."""
        if name not in self._indexing:
            server = self.accounts.present[name].server
            self._indexing[name] = Indexing(server, self.options.clock, self.options.store)
        return self._indexing[name]
