"""The part of a session that writes: plans, undoing, adopting; each under the lock of the ledger."""

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
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.session.workplace import Workplace


class Writing(SessionPart):
    """Applies, takes back and adopts."""

    def __init__(self, work: Workplace) -> None:
        """Nothing is read yet."""
        super().__init__(work)
        self._writable: Plan | None = None

    def writable(self, plan: Plan) -> Plan:
        """Returns the plan without the changes of albums for which a key lacks a permission.

        Each of these albums gets a problem that names the permission. The others are written all the same.
        """
        self._writable = without_unpermitted(plan, self._work.servers)
        return self._writable

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan. Returns what became of it: `result`, which is filled while the plan is written.

        What goes wrong in one album is noted with it, and the others go on. Raises UnsafePlan if a guard refuses the
        run as a whole, PlanOutdated where the ledger changed since, ConfigurationError where an account is missing:
        then nothing is written. Raises Stopped before the next request once `stop` says so; all that was written is
        then remembered.
        """
        result = ApplyResult() if result is None else result
        plan = plan if plan is self._writable else self.writable(plan)
        with self._work.lock, self._work.ledger(plan.verb) as ledger:
            apply(plan, self._work.servers, ledger, result, now, stop)
            self._work.is_fresh = False
        return result

    def plan_undo(self, run: int | None = None) -> Plan:
        """Returns the plan that takes back a run, or the last one; it is applied as every plan.

        Raises ConfigurationError if there is nothing to take back.
        """
        present = self._work.accounts.present
        keys = Keys(self._work.servers, {name: account.user.id for name, account in present.items()})
        with self._work.ledger() as ledger:
            return plan_undo(run, keys, ledger, now())

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """Take back a run, or the last one. Returns and raises what `apply` and `plan_undo` do."""
        return self.apply(self.plan_undo(run), stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """Let a rule feed an album that is there. Nothing on the server changes.

        Returns the album, what is in it, and what was adopted. `album` is its id, address or name; None: the rule's
        name. With `take_over` what the rule selects and is in it counts as added by us. Raises ConfigurationError where
        rule or album cannot be found.
        """
        with self._work.reading(stop), self._work.ledger("adopt") as ledger:
            return Adopter(self._work.rules, self._work.accounts, ledger, self._work.selecting(), now).adopt(
                name, album, take_over=take_over
            )
