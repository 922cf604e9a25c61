"""The part of a session that plans: all albums anew, or what of a saved plan still holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.apply.apply import require_accounts
from immich_smart_albums.operations.apply.staleness import require_current
from immich_smart_albums.operations.explain.album import rule_for
from immich_smart_albums.operations.permissions import without_accounts
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.session.clock import now
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.rules.album import RuleSet


class Planning(SessionPart):
    """Plans, and reviews saved plans."""

    def plan(self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, stop: Stop = never) -> Plan:
        """Returns what would change in all albums, or in those of other rules. Nothing is written.

        The guards of albums named in `allow` do not count this once. Names and albums are looked up anew if the session
        used them before: a plan is made from the world as it is. An album that cannot be planned is in the plan, with
        its problems.
        """
        with self._work.reading(stop):
            self._work.look_anew()  # records in memory stay: no plan is made from them
            config, book = self._work.config, self._work.rules if rules is None else rules
            with self._work.ledger() as ledger:
                files = tuple(str(file.absolute()) for file in config.files)
                plan, notices = make_plan(
                    book,
                    self._work.accounts,
                    ledger,
                    self._work.selecting(),
                    made_at=now(),
                    rules=config.digest,
                    files=files,
                    allow=allow,
                )
        self._work.tell_notes(notices)
        return plan

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """Returns what of a saved plan to apply: what a plan that is made now says as well.

        Raises PlanOutdated if the rules, the ledger or an album changed since, or the new plan does not say all that
        the saved one does. Raises ConfigurationError if an account is missing.
        """
        saved = without_accounts(
            saved, self._work.accounts.absent
        )  # what stops these albums stands in the plan that is made anew
        require_accounts(saved, self._work.accounts.present, self._work.accounts.absent)
        with self._work.ledger() as ledger:
            require_current(saved, self._work.servers, ledger=ledger.state, rules=self._work.config.digest)
        names = {rule_for(album.rule, self._work.rules).name for album in saved.albums}
        return reviewed(saved, self.plan(allow=saved.allowed, rules=with_albums(self._work.rules, names), stop=stop))
