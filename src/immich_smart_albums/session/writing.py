"""What a session writes: plans, undoing, adopting; each under the lock of the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.permissions import without_unpermitted
from immich_smart_albums.operations.undo.album import Keys
from immich_smart_albums.operations.undo.undo import plan_undo
from immich_smart_albums.session.adoption import Adopter, Adoption
from immich_smart_albums.session.clock import now

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.session.workplace import Workplace


class Writing:
    """Applies, takes back and adopts; see `Session`."""

    def __init__(self, work: Workplace) -> None:
        """Nothing is read yet."""
        self._work = work
        self._writable: Plan | None = None

    def writable(self, plan: Plan) -> Plan:
        """See `Session.writable`."""
        self._writable = without_unpermitted(plan, self._work.servers)
        return self._writable

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """See `Session.apply`."""
        result = ApplyResult() if result is None else result
        plan = plan if plan is self._writable else self.writable(plan)
        with self._work.lock, self._work.ledger(plan.verb) as ledger:
            apply(plan, self._work.servers, ledger, result, now, stop)
            self._work.is_fresh = False
        return result

    def plan_undo(self, run: int | None = None) -> Plan:
        """See `Session.plan_undo`."""
        present = self._work.accounts.present
        keys = Keys(self._work.servers, {name: account.user.id for name, account in present.items()})
        with self._work.ledger() as ledger:
            return plan_undo(run, keys, ledger, now())

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """See `Session.undo`."""
        return self.apply(self.plan_undo(run), stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """See `Session.adopt`."""
        with self._work.reading(stop), self._work.ledger("adopt") as ledger:
            return Adopter(self._work.rules, self._work.accounts, ledger, self._work.selecting(), now).adopt(
                name, album, take_over=take_over
            )
