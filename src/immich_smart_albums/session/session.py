"""A session: everything that a front end, such as command line, page or daemon, does with rules, accounts and ledger.

    options = SessionOptions(environment=os.environ, today=date.today(), rules=[Path("smart-albums.yaml")])
    session = Session(options, on_event=show)
    with session.holding_ledger("sync"):      # nobody else writes meanwhile
        plan = session.writable(session.plan())
        result = session.apply(plan, stop=lambda: cancel_button.is_pressed)

Rules are read once, until `reload`; accounts are connected, and the names on their servers asked for, once, until
`refresh`; both at the first use. Methods return values; `report` makes text of them. Messages and progress go to
`on_event`.

Threads: several may use one session. It does one operation at a time, and the others wait. Pictures, and what only
reads the ledger, wait for nobody. A ledger belongs to the thread that opened it, so each operation opens it for itself,
unless its thread holds it open (`holding_ledger`).
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.check import check, check_rules
from immich_smart_albums.operations.explain.album import explain_album, rule_for
from immich_smart_albums.operations.explain.photo import asset_id_in
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.forget import forget, forget_album, known_album
from immich_smart_albums.operations.history import history, run_with_writes
from immich_smart_albums.operations.permissions import without_unpermitted
from immich_smart_albums.operations.undo.album import Keys
from immich_smart_albums.operations.undo.undo import plan_undo
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.session import background, planning, selecting
from immich_smart_albums.session.adoption import Adopter, Adoption
from immich_smart_albums.session.clock import now
from immich_smart_albums.session.context import SessionContext
from immich_smart_albums.session.events import Listener, ignore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.changes.journal import KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.check import CheckReport
    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.operations.history import RunHistory
    from immich_smart_albums.operations.library.values import LibraryValues
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.options import SessionOptions
    from immich_smart_albums.session.planning import Draft
    from immich_smart_albums.session.selecting import ExplainedAlbum


class Session:
    """Rules, accounts and a ledger, for one operation after another; see the module.

    `stop` is asked before each request whether to end; then the operation raises Stopped. `account` is an account's
    name; None: the first account. Every method may raise what reading the rules, connecting and the ledger raise:
    ConfigurationError with everything that is wrong with files and settings, ServerError if no account can be asked,
    LedgerError.
    """

    def __init__(self, options: SessionOptions, on_event: Listener = ignore) -> None:
        """Read nothing yet, and connect nothing."""
        self._context = SessionContext(options, on_event)
        self._writable: Plan | None = None

    # -- rules, accounts and the ledger ----------------------------------------------------------------------------

    @property
    def options(self) -> SessionOptions:
        """The options that the session was opened with, and the day that it is now."""
        return self._context.options

    @property
    def config(self) -> RunConfig:
        """The rules files with server and keys, read at the first use. Notes on them are sent as events."""
        return self._context.config

    @property
    def rules(self) -> RuleSet:
        """The rules. Those that `SessionOptions.albums` does not name stand under `others`."""
        return self._context.rules

    @property
    def accounts(self) -> ConnectedAccounts:
        """The accounts that feed the albums, connected at the first use. Raises ServerError if none can be asked."""
        return self._context.accounts

    @property
    def servers(self) -> dict[str, PhotoServer]:
        """The servers of all accounts that take part, by the account's name, each with its account's key."""
        return self._context.servers

    @property
    def base(self) -> str:
        """The address of the server that people open in a browser."""
        return self._context.base

    def load(self) -> None:
        """Read the rules now, rather than at the first use."""
        self._context.load()

    def connect(self) -> None:
        """Connect the accounts now, rather than at the first use."""
        self._context.connect()

    def parse(self, source: Source | None = None) -> RuleSet:
        """Returns the rules of the files, or of another source, such as the text that somebody is typing.

        The session goes on with its own rules. No key is read, and the server is not asked. Raises ConfigurationError
        with everything that is wrong.
        """
        return self._context.parse(source)

    def reload(self, source: Source | None = None) -> None:
        """Read the rules again, or another source from now on.

        Accounts stay connected if server and accounts are the same as before. Raises ConfigurationError; the session
        then goes on with the rules that it had.
        """
        self._context.reload(source)

    def set_today(self, today: date) -> None:
        """Set the day, for rules that count from today. The rules are read again at the next use."""
        self._context.set_today(today)

    def refresh(self, *, records: bool = True) -> None:
        """Forget names, albums and, with `records`, the records in memory. The next operation connects anew."""
        self._context.refresh(records=records)

    @property
    def ledger_place(self) -> Path:
        """The ledger's file. Raises ConfigurationError if there is no place for it."""
        return self._context.ledger_place

    def holding_ledger(self, doing: str | None = None) -> AbstractContextManager[None]:
        """Returns a context in which this thread keeps the ledger open over several operations.

        `doing` names what will be written, such as "sync": nobody else can write meanwhile. None: it is only read.
        Raises LedgerError, also if somebody else is writing.
        """
        return self._context.holding_ledger(doing)

    def ledger(self, doing: str | None = None) -> AbstractContextManager[SqliteLedger]:
        """Returns a context that gives the ledger, to read; with `doing`, to write.

        The ledger must not leave the thread. Raises LedgerError.
        """
        return self._context.ledger(doing)

    def asking(self) -> AbstractContextManager[None]:
        """Returns a context in which accounts may be asked directly, for names and details. Other operations wait."""
        return self._context.reading(never)

    # -- plan and apply --------------------------------------------------------------------------------------------

    def plan(self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, stop: Stop = never) -> Plan:
        """Returns what would change in all albums, or in those of other `rules`. Nothing is written.

        The guards of albums named in `allow` do not count this once. Names and albums are looked up anew if the session
        used them before: a plan is made from the world as it is. An album that cannot be planned is in the plan, with
        its problems.
        """
        return planning.plan(self._context, allow=allow, rules=rules, stop=stop)

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """Returns the part of a saved plan that a plan made now has as well; that part may be applied.

        Raises PlanOutdated if the rules, the ledger or an album changed since, or the new plan lacks something that the
        saved one has. Raises ConfigurationError if an account is missing.
        """
        return planning.review(self._context, saved, stop=stop)

    def writable(self, plan: Plan) -> Plan:
        """Returns the plan without the changes of albums for which a key lacks a permission.

        Each of these albums gets a problem that names the permission. The others are written all the same.
        """
        self._writable = without_unpermitted(plan, self.servers)
        return self._writable

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan. Returns the result: `result`, which is filled while the plan is written, or a new one.

        A failure in one album is noted with it, and the others go on. Raises UnsafePlan if a guard refuses the run as a
        whole, PlanOutdated if the ledger changed since, ConfigurationError if an account is missing: then nothing is
        written. When Stopped is raised, everything that was written is remembered.
        """
        result = ApplyResult() if result is None else result
        plan = plan if plan is self._writable else self.writable(plan)
        with self._context.lock, self.ledger(plan.verb) as ledger:
            apply(plan, self.servers, ledger, result, now, stop)
            self._context.is_fresh = False
        return result

    def plan_undo(self, run: int | None = None) -> Plan:
        """Returns the plan that takes back a run, or the last one. It is applied like every plan.

        Raises ConfigurationError if there is nothing to take back.
        """
        users = {name: account.user.id for name, account in self.accounts.present.items()}
        with self.ledger() as ledger:
            return plan_undo(run, Keys(self.servers, users), ledger, now())

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """Take back a run, or the last one. Returns and raises what `plan_undo` and `apply` do."""
        return self.apply(self.plan_undo(run), stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """Let the rule of this name feed an existing album. Nothing on the server changes.

        Returns the album, what is in it, and what was adopted. `album` is its id, address or name; None: the rule's
        name. With `take_over`, photos that the rule selects and that are in the album count as added by us. Raises
        ConfigurationError if rule or album cannot be found.
        """
        with self._context.reading(stop), self.ledger("adopt") as ledger:
            return Adopter(self.rules, self.accounts, ledger, self._context.selecting(), now).adopt(
                name, album, take_over=take_over
            )

    # -- select, explain, check: nothing is written ----------------------------------------------------------------

    def select(
        self, rules: Iterable[AlbumRule] | None = None, *, certain: bool = True, stop: Stop = never
    ) -> dict[str, AlbumSelections]:
        """Returns by album name which photos all rules, or these, select in each account, and why accounts failed.

        The rules need not stand in the rules files, so a page can preview what somebody is typing. With
        `SessionOptions.keeps_records`, records that were read stay in memory. Rules that change then cost requests only
        for what was not read yet, and show the library as it was when it was read, until `refresh`. A plan that is
        written never rests on that.

        Without `certain`, the server is not asked whether Immich has looked at a photo; what its record shows now
        counts.
        """
        return selecting.select(self._context, rules, certain=certain, stop=stop)

    def explain(self, name: str, photo: str, *, rules: RuleSet | None = None, stop: Stop = never) -> AlbumExplanation:
        """Returns why a photo, by id or address, is in the album of this name or not.

        `rules` are others than the session's own. Raises ConfigurationError for an album that no rule feeds, and for a
        photo that is neither id nor address.
        """
        asset_id = asset_id_in(photo)
        rule = rule_for(name, self.rules if rules is None else rules)
        with self._context.reading(stop), self.ledger() as ledger:
            return explain_album(rule, asset_id, self.accounts, ledger, self._context.selecting(), name=name)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """Returns by album name what `select` does and, for each photo, why, from the answers to the searches.

        No photo is asked for by itself. A photo that a single part of a rule keeps out is among the near misses of that
        part, if a search found it; with `keeps_records` and the library read, all of them are.
        """
        return selecting.explain_selection(self._context, rules, stop=stop)

    def query_plans(self) -> Iterator[AccountPlan]:
        """Yields for each account the searches that it would be sent, with sizes. No photo is read."""
        yield from query_plans(self.rules.albums, self.accounts, {})

    def check(self, account: str | None = None) -> CheckReport:
        """Returns what is good and what is wrong about an account's server and key.

        Raises ServerError if the server cannot be reached, or refuses the key.
        """
        return check(self._context.server(account))

    def check_rules(self) -> tuple[Problem, ...]:
        """Returns the problems of the rules on this server, such as a name that nobody has. Empty if all is well."""
        problems, notices = check_rules(self.rules, self.accounts)
        self._context.tell_notes(notices)
        return with_lines(problems, self.rules.documents)

    # -- drafts: quick answers while somebody works on a rule ------------------------------------------------------

    def draft(self, rules: RuleSet, *, stop: Stop = never) -> Draft:
        """Returns what these rules would change, while somebody is typing them. A draft is never written.

        It may rest on records in memory, as `select` does. Only for the newest photos the server is asked whether
        Immich has looked at them; the others wait, until `close_open`.
        """
        return planning.draft(self._context, rules, stop=stop)

    @property
    def leaves_open(self) -> bool:
        """Whether drafts left photos for which the server was not asked yet whether Immich has looked at them."""
        return self._context.drafts.leaves_open

    def close_open(self, *, stop: Stop = never) -> None:
        """Ask about the photos that drafts left open, so that the next drafts know.

        As with `read_library`, other operations do not wait. Raises Stopped and ServerError.
        """
        background.close_open(self._context, stop=stop)

    def read_library(self, *, stop: Stop = never) -> None:
        """Read the timelines of all accounts into memory, if the options say that records are kept.

        Rules that look at what records show are then selected without a request. Other operations do not wait for this;
        `stop` may wait for them. Raises Stopped and ServerError.
        """
        background.read_library(self._context, stop=stop)

    @property
    def library_values(self) -> LibraryValues | None:
        """The values that photos have, and where they were taken, as `read_library` found them. None before that."""
        return self._context.values

    def estimate(self, query: Query, *, account: str | None = None) -> int | None:
        """Returns about how many photos a search finds.

        None if the server does not count (before 1.135), the key may not ask (`asset.statistics`), or the search cannot
        be counted. Raises ServerError.
        """
        records = self._context.records.get(account or next(iter(self.accounts.present)))
        return (records or self._context.server(account).searches).estimate(query)

    # -- the ledger: the server is not asked -----------------------------------------------------------------------

    def history(self, most: int = 1000) -> list[RunHistory]:
        """Returns the runs that wrote something, newest first, at most `most`."""
        with self.ledger() as ledger:
            return history(ledger, most=most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """Returns a run by its number, and its writes, in order. Raises ConfigurationError if there is no such run."""
        with self.ledger() as ledger:
            return run_with_writes(run, ledger)

    def known_albums(self) -> list[KnownAlbum]:
        """Returns the albums that the ledger knows, sorted by rule."""
        with self.ledger() as ledger:
            return ledger.albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """Returns an album that the ledger knows, and what it remembers of it.

        `name` is the rule's or the album's name, or the album's id or address. Raises ConfigurationError if none fits,
        or several.
        """
        with self.ledger() as ledger:
            album = known_album(name, ledger)
            return album, ledger.memory(album.key)

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """Let photos in again that people took out of an album: these, by id or address, or all.

        Returns the album, and how many photos. Raises ConfigurationError for an album that the ledger does not know,
        and for a photo that is not kept out.
        """
        with self.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            return album, forget(album, assets, ledger)

    def forget_album(self, name: str) -> KnownAlbum:
        """Forget which album a rule feeds. The rule's next run finds one by name, or makes one.

        Returns the album as the ledger knew it. The album itself stays as it is. Raises ConfigurationError if the
        ledger knows none.
        """
        with self.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            forget_album(album, ledger)
            return album

    # -- photos and albums of an account ---------------------------------------------------------------------------

    def thumbnail(
        self,
        asset_id: str,
        size: Literal["thumbnail", "preview"] = "thumbnail",
        *,
        account: str | None = None,
        etag: str | None = None,
    ) -> Picture:
        """Returns a small picture of a photo.

        A picture that still has this `etag` comes without data. Raises ConfigurationError for what is no id;
        ServerError, of which Refused with status 404 if Immich has not made it yet.
        """
        return self._context.server(account).pictures.of_asset(_checked_id(asset_id, "photo"), size, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """Returns the face of a person; see `thumbnail`."""
        return self._context.server(account).pictures.of_person(_checked_id(person_id, "person"), etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """Returns the id of the photo that an album is shown with. None if it has none.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        return self._context.server(account).albums.details(_checked_id(album_id, "album")).cover

    def albums_with(self, asset_id: str) -> tuple[Album, ...]:
        """Returns the albums in which any account sees a photo, sorted by name.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        id_ = _checked_id(asset_id, "photo")
        albums = {album.id: album for server in self.servers.values() for album in server.directory.albums_with(id_)}
        return tuple(sorted(albums.values(), key=lambda album: (album.name.casefold(), album.id)))

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """Returns the photos of an album in timeline and archive, newest first. Raises ServerError."""
        query = Query(Kind.METADATA, where(albumIds=(album_id,)), frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))
        with self._context.reading(stop):
            with closing(self._context.server(account).searches.find(query, frozenset())) as batches:
                assets = {str(record["id"]): Asset.of(record) for batch in batches for record in batch}
            return tuple(newest_first(assets.values()))

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """Returns the whole record of a photo (`GET /assets/{id}`). None if the account does not see it.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        return next(iter(self._context.server(account).searches.details([_checked_id(asset_id, "photo")])), None)


def _checked_id(text: str, noun: str) -> str:
    """An id as Immich writes it, in lower case. Raises ConfigurationError for what is no id."""
    if not is_id(text):
        raise ConfigurationError((Problem(noun, f"{text[:80]!r} is no id"),))
    return text.lower()
