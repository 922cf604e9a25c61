"""A session of one key and one rule, made from flags: a rule set of one album, and no ledger.

    session = FlagSession(options, rule, Target("Best of", may_create=True), on_event=show)
    session.check_ahead()               # everything that can be wrong before the first search
    plan = session.plan()
    result = session.apply(plan)

Plans are made and applied as for rules files, with three differences: all problems are raised before anything is read,
nothing is remembered, and only photos are written.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import connect
from immich_smart_albums.config.settings import read_settings
from immich_smart_albums.errors import ConfigurationError, SmartAlbumsError
from immich_smart_albums.ledger.null import NullLedger
from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.accounts import ONLY_ACCOUNT, lone_account
from immich_smart_albums.operations.ahead import resolve_ahead
from immich_smart_albums.operations.albums.albums import FLAG
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.check import check
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.selections import preview, select_for_albums
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.rules.album import AlbumRule, RuleSet
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.clock import now
from immich_smart_albums.session.events import (
    AssetsRead,
    Detail,
    Exchanged,
    Listener,
    Note,
    ReadingDone,
    StatusMessage,
    ignore,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.config.settings import Settings
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.check import CheckReport
    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.select import ResolvedRules
    from immich_smart_albums.rules.album import Target
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.run.evaluate import Selection
    from immich_smart_albums.session.options import FlagOptions

_COMMAND_LINE = Span(Document("command line", ""), 1, 1)


class FlagSession:
    """One key, one rule, and the album that its photos go to; see the module. For one thread."""

    def __init__(
        self, options: FlagOptions, rule: Rule | None, target: Target | None, on_event: Listener = ignore
    ) -> None:
        """Read the settings, and nothing else. Raises ConfigurationError with all problems if they name no server.

        `rule` is None if the flags could not be read; their problems are in the options. `target` is None if nothing is
        to be written.
        """
        self._options = options
        self._on_event = on_event
        self._diagnostics = Diagnostics([*options.problems], [*options.notes])
        self.settings = self._read_settings()
        self._tell_notes(self._diagnostics.warnings)
        self._count_shown = len(self._diagnostics.warnings)
        self._rule = rule
        self._target = target
        self._name = "" if target is None else target.text.strip()
        self._accounts: ConnectedAccounts | None = None
        self._resolved: ResolvedRules | None = None
        self._answers: Mapping[str, AlbumSelections] | None = None
        self._searching = SelectOptions(
            options.connection.concurrency,
            lambda text: self._on_event(Detail(text)),
            None if options.searches is None else SearchCacheFile(options.searches, self._say),
            time.time,
        )

    @property
    def base(self) -> str:
        """The address of the server that people open in a browser."""
        return self._account().server.base

    def check_ahead(self) -> None:
        """Check everything that can be checked before the first search: names, album, permissions.

        Raises ConfigurationError with all problems, those of the flags too; ServerError.
        """
        self._resolved = resolve_ahead(self._rule, self._name, self._target, self._connected, self._diagnostics)
        self._tell_notes(self._diagnostics.warnings[self._count_shown :])

    def check(self) -> CheckReport:
        """Returns what is good and what is wrong about server and key. Raises ConfigurationError and ServerError."""
        self._diagnostics.raise_problems()
        return check(self._account().server)

    def query_plan(self) -> AccountPlan:
        """Returns the searches that would be sent, with sizes. No photo is read. Raises ServerError."""
        (plan,) = query_plans(self._rules().albums, self._present(), self._by_account())
        return plan

    def select(self) -> Selection:
        """Returns the selection: certain matches in `assets`, the others in `waiting`. Raises SmartAlbumsError."""
        try:
            answers, _ = preview(self._rules().albums, self._present(), self._searching, resolved=self._by_account())
        finally:
            self._on_event(ReadingDone())
        return self._selected(answers[self._name])

    def plan(self) -> Plan:
        """Returns the plan for the album. The album is looked at anew each time; the photos are selected once.

        Raises ConfigurationError if the album is gone or ambiguous by now, and SmartAlbumsError.
        """
        try:
            if self._answers is None:
                self._answers, _ = select_for_albums(
                    self._rules().albums, self._present(), self._searching, self._by_account()
                )
                self._selected(self._answers[self._name])
            else:
                self._accounts = lone_account(self._account().server)  # somebody may have made the album meanwhile
            plan, _ = make_plan(
                self._rules(),
                self._present(),
                NullLedger(),
                self._searching,
                made_at=now(),
                answers=self._answers,
            )
        finally:
            self._on_event(ReadingDone())
        (album,) = plan.albums
        _raise(album.problems)
        self._on_event(Detail(f"album {album.name!r}: {album.present} photos in it, {len(album.additions)} to add"))
        return plan

    def selection(self, plan: Plan) -> Selection:
        """Returns the selection that a plan was made from: certain matches in `assets`, the others in `waiting`.

        Raises ValueError before the first `plan`.
        """
        if self._answers is None:
            message = "nothing was selected yet"
            raise ValueError(message)
        selection = self._selected(self._answers[self._name])
        waiting = {waiting_photos.reason: waiting_photos.assets for waiting_photos in plan.albums[0].waiting}
        out = {asset.id for assets in waiting.values() for asset in assets}
        certain = tuple(asset for asset in selection.assets if asset.id not in out)
        return replace(selection, assets=certain, waiting=waiting)

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan; see `Session.apply`. Nothing is remembered."""
        result = ApplyResult() if result is None else result
        servers = {ONLY_ACCOUNT: self._account().server}
        apply(plan, servers, NullLedger(), result, now, stop)
        return result

    # -- inside -----------------------------------------------------------------------------------------------------

    def _read_settings(self) -> Settings:
        options = self._options
        settings = read_settings(
            options.environment, options.folder, self._diagnostics, server=options.server, key=options.key
        )
        if settings is None:
            raise ConfigurationError(tuple(dict.fromkeys(self._diagnostics.problems)))
        return settings

    def _rules(self) -> RuleSet:
        """The rule set of the only rule."""
        if self._rule is None:
            message = "flags that cannot be read make no rule"
            raise TypeError(message)
        return RuleSet((AlbumRule(self._name, self._rule, (ONLY_ACCOUNT,), _COMMAND_LINE, target=self._target),))

    def _by_account(self) -> Mapping[str, ResolvedRules]:
        resolved = self._resolved
        if resolved is None:
            message = "rules are checked before they are searched for"
            raise TypeError(message)
        return {ONLY_ACCOUNT: resolved}

    def _present(self) -> ConnectedAccounts:
        if self._accounts is None:
            server = connect(
                self.settings,
                self._options.connection,
                on_exchange=lambda exchange: self._on_event(Exchanged(exchange)),
                on_read=lambda count: self._on_event(AssetsRead(count)),
            )
            self._accounts = lone_account(server)
        return self._accounts

    def _account(self) -> ConnectedAccount:
        return self._present().present[ONLY_ACCOUNT]

    def _connected(self) -> ConnectedAccount:
        """The account, after a message on it."""
        account = self._account()
        self._on_event(Detail(f"{account.server.base}: Immich {account.server.version}"))
        return account

    def _selected(self, answers: AlbumSelections) -> Selection:
        """The selection of the only account. Raises SmartAlbumsError if there is none."""
        _raise(answers.problems)
        return answers.selections[ONLY_ACCOUNT]

    def _say(self, text: str) -> None:
        self._on_event(StatusMessage(text))

    def _tell_notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self._on_event(Note(note))


def _raise(problems: tuple[Problem, ...]) -> None:
    """Raise the problems of the only album, if any: ConfigurationError about the album, else SmartAlbumsError."""
    if any(problem.where == FLAG for problem in problems):
        raise ConfigurationError(problems)
    if problems:
        raise SmartAlbumsError(problems[0].message, hint=problems[0].hint)
