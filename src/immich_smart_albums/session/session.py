"""A session: one run after another on the same rules, accounts and ledger, for a command line, a page or a daemon.

    options = SessionOptions(environment=os.environ, today=date.today(), rules=[Path("smart-albums.yaml")])
    session = Session(options, on_event=show)
    with session.holding_ledger("sync"):      # nobody else writes meanwhile
        plan = session.writable(session.plan())
        result = session.apply(plan, stop=lambda: cancel_button.is_pressed)

Nothing is read before it is needed. Rules are read once, until `reload`; accounts are connected once, and the names on
their servers asked for once, until `refresh`. What comes back are values; text is made of them in `report`. Messages
and progress go to `on_event`.

Threads: a session may be used by several, and does one operation at a time, so that others wait; `thumbnail`,
`person_thumbnail` and what only reads the ledger wait for nobody. A ledger belongs to the thread that opened it, so
each operation opens it for itself, in the thread that calls it, unless that thread holds it open (`holding_ledger`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from immich_smart_albums.model.stopping import never
from immich_smart_albums.session.drafting import Draft, Drafting
from immich_smart_albums.session.events import Listener, ignore
from immich_smart_albums.session.looking import ExplainedAlbum, Looking
from immich_smart_albums.session.pictures import AccountPictures
from immich_smart_albums.session.remembered import Remembered
from immich_smart_albums.session.workplace import Workplace
from immich_smart_albums.session.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.changes.journal import KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.apply.result import ApplyResult
    from immich_smart_albums.operations.check import CheckReport
    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.operations.history import RunHistory
    from immich_smart_albums.operations.library.values import LibraryValues
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.adoption import Adoption
    from immich_smart_albums.session.options import SessionOptions


class Session:
    """Rules, accounts and a ledger, for one operation after another; see the module.

    Every method may raise what reading the rules, connecting and the ledger raise: ConfigurationError with everything
    that is wrong with files and settings, ServerError where no account can be asked, LedgerError. Where `stop` says so
    it raises Stopped.
    """

    def __init__(self, options: SessionOptions, on_event: Listener = ignore) -> None:
        """Nothing is read yet."""
        self.options = options
        self._work = work = Workplace(options, on_event)
        self._looking, self._remembered = Looking(work), Remembered(work)
        self._drafting = Drafting(work)
        self._pictures, self._writing = AccountPictures(work), Writing(work)

    # -- what it works on ---------------------------------------------------------------------------------------------

    @property
    def config(self) -> RunConfig:
        """What the rules files say, with server and keys.

        They are read at the first use; notes are sent as events.
        """
        return self._work.config

    @property
    def rules(self) -> RuleSet:
        """The rules. Those that `SessionOptions.albums` does not name stand under `others`."""
        return self._work.rules

    @property
    def accounts(self) -> ConnectedAccounts:
        """The accounts that feed the albums, connected at the first use. Raises ServerError if none can be asked."""
        return self._work.accounts

    def load(self) -> None:
        """Read the rules now, rather than at the first use."""
        self._work.load()

    def connect(self) -> None:
        """Connect the accounts now, rather than at the first use."""
        self._work.connect()

    def parse(self, source: Source | None = None) -> RuleSet:
        """Returns what the rules say, or another source, such as the text that somebody is typing.

        The session goes on with its own rules. No key is read, and the server is not asked. Raises ConfigurationError
        with everything that is wrong.
        """
        return self._work.parse(source)

    def reload(self, source: Source | None = None) -> None:
        """Read the rules again, or another source from now on.

        Accounts stay connected where the rules still say the same of server and accounts. Raises ConfigurationError;
        the session then goes on with the rules that it had.
        """
        self._work.reload(source)

    def set_today(self, today: date) -> None:
        """Take another day from now on, for rules that count from today; they are read again at the next use."""
        self._work.set_today(today)
        self.options = self._work.options

    def refresh(self, *, records: bool = True) -> None:
        """Forget names, albums and, with `records`, what is in memory; the next operation connects anew."""
        self._work.refresh(records=records)

    @property
    def ledger_place(self) -> Path:
        """The ledger's file. Raises ConfigurationError if there is no place for it."""
        return self._work.ledger_place

    def holding_ledger(self, doing: str | None = None) -> AbstractContextManager[None]:
        """Returns a context in which this thread keeps the ledger open over several operations.

        `doing` is what will be written, such as "sync": nobody else can write meanwhile. None: it is only read. Raises
        LedgerError, also if somebody else is writing.
        """
        return self._work.holding_ledger(doing)

    def ledger(self, doing: str | None = None) -> AbstractContextManager[SqliteLedger]:
        """Returns a context that gives the ledger, to read; with `doing`, to write.

        The ledger must not leave the thread. Raises LedgerError.
        """
        return self._work.ledger(doing)

    @property
    def servers(self) -> dict[str, PhotoServer]:
        """By account name the servers of all accounts that take part, each with its account's key."""
        return self._work.servers

    @property
    def base(self) -> str:
        """The address of the server that people open in a browser."""
        return self._work.base

    # -- reading ------------------------------------------------------------------------------------------------------

    def plan(self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, stop: Stop = never) -> Plan:
        """Returns what would change in all albums, or in those of other rules. Nothing is written.

        The guards of albums named in `allow` do not count this once. Names and albums are looked up anew if the session
        used them before: a plan is made from the world as it is. An album that cannot be planned is in the plan, with
        its problems.
        """
        return self._looking.plan(allow=allow, rules=rules, stop=stop)

    def draft(self, rules: RuleSet, *, stop: Stop = never) -> Draft:
        """Returns what would change by some rules, while somebody is typing them; it is never written.

        It may rest on records in memory, as `select` does. Whether Immich has looked at a photo is asked for the newest
        photos only. The others wait, until `close_open`.
        """
        return self._drafting.draft(rules, stop=stop)

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """Returns what of a saved plan is to be applied: what a plan that is made now says as well.

        Raises PlanOutdated if the rules, the ledger or an album changed since, or the new plan does not say all that
        the saved one does. Raises ConfigurationError if an account is missing.
        """
        return self._looking.review(saved, stop=stop)

    def select(
        self, rules: Iterable[AlbumRule] | None = None, *, certain: bool = True, stop: Stop = never
    ) -> dict[str, AlbumSelections]:
        """Returns by album name what all rules, or these, select for certain in each account, and why accounts failed.

        The rules need not stand in the rules files, so a page can preview what somebody is typing. With
        `SessionOptions.keeps_records`, what was read stays in memory: rules that change then cost requests only for
        what was not read yet, and show the library as it was when it was read, until `refresh`. What is written never
        rests on that.

        Without `certain`, nothing is asked about whether Immich has looked at a photo, and what it shows now counts.
        """
        return self._looking.select(rules, certain=certain, stop=stop)

    def explain(self, name: str, photo: str, *, rules: RuleSet | None = None, stop: Stop = never) -> AlbumExplanation:
        """Returns why a photo, by id or address, is in the album of this name or not.

        `rules` are others than the session's own. Raises ConfigurationError for an album that no rule feeds, and for a
        photo that is neither id nor address.
        """
        return self._looking.explain(name, photo, rules=rules, stop=stop)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """Returns by album name what `select` does and, for each photo, why, from what the searches found.

        No photo is asked for by itself. Photos that a single part of a rule keeps out are among the near misses of that
        part, as far as a search found them; with `keeps_records` and the library read, that is all of them.
        """
        return self._looking.explain_selection(rules, stop=stop)

    def read_library(self, *, stop: Stop = never) -> None:
        """Read the timelines of all accounts into memory, where the options say that records are kept.

        Rules that look at what records show are then selected without a request. Other operations do not wait for this;
        `stop`, which is asked before each request, may wait for them.
        """
        self._looking.read_library(stop=stop)

    @property
    def leaves_open(self) -> bool:
        """Whether drafts left photos of which nobody has asked yet whether Immich has looked at them."""
        return self._drafting.leaves_open

    def close_open(self, *, stop: Stop = never) -> None:
        """Ask about the photos that drafts left open, so that the next drafts know.

        As with `read_library`, other operations do not wait. Raises Stopped and ServerError.
        """
        self._drafting.close_open(stop=stop)

    def asking(self) -> AbstractContextManager[None]:
        """Returns a context in which accounts may be asked directly, for names and details. Other operations wait."""
        return self._work.reading(never)

    def estimate(self, query: Query, *, account: str | None = None) -> int | None:
        """Returns about how many photos a search of an account, or of the first, finds.

        None if the server does not count (before 1.135), the key may not ask (`asset.statistics`), or the search cannot
        be counted. Raises ServerError.
        """
        return self._looking.estimate(query, account=account)

    @property
    def library_values(self) -> LibraryValues | None:
        """What the photos have and where they were taken, as `read_library` found it. None before that."""
        return self._work.values

    def query_plans(self) -> Iterator[AccountPlan]:
        """Returns for each account the searches that it would be sent, with sizes. No photo is read."""
        return self._looking.query_plans()

    def check(self, account: str | None = None) -> CheckReport:
        """Returns what is good and what is wrong about the server and the key of an account, or of the first.

        Raises ServerError when the server cannot be reached or the key is no good at all.
        """
        return self._looking.check(account)

    def check_rules(self) -> tuple[Problem, ...]:
        """Returns what is wrong with the rules, held against the server, such as a name that nobody has.

        Empty if all is well.
        """
        return self._looking.check_rules()

    # -- the ledger ---------------------------------------------------------------------------------------------------

    def history(self, most: int = 1000) -> list[RunHistory]:
        """Returns the runs that wrote something, newest first, at most `most`. The server is not asked."""
        return self._remembered.history(most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """Returns a run by its number, and what it wrote, in order.

        Raises ConfigurationError if the ledger knows no such run.
        """
        return self._remembered.run(run)

    def known_albums(self) -> list[KnownAlbum]:
        """Returns the albums that the ledger knows, sorted by rule."""
        return self._remembered.known_albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """Returns an album that the ledger knows, and what is remembered of it.

        `name` is the rule's or the album's name, or the album's id or address. Raises ConfigurationError for none, or
        several.
        """
        return self._remembered.known_album(name)

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """Let photos in again that people took out of an album: these, by id or address, or all.

        Returns the album, and how many photos. Raises ConfigurationError for an album that the ledger does not know,
        and for a photo that is not kept out.
        """
        return self._remembered.forget(name, assets)

    def forget_album(self, name: str) -> KnownAlbum:
        """Forget which album a rule feeds. Its next run finds one by name, or makes one.

        Returns what was known of the album, which itself is left as it is. Raises ConfigurationError if the ledger
        knows none.
        """
        return self._remembered.forget_album(name)

    # -- photos and pictures ------------------------------------------------------------------------------------------

    def thumbnail(
        self,
        asset_id: str,
        size: Literal["thumbnail", "preview"] = "thumbnail",
        *,
        account: str | None = None,
        etag: str | None = None,
    ) -> Picture:
        """Returns a small picture of a photo, as an account sees it, or the first.

        A picture that still has this `etag` comes without data. Raises ConfigurationError for what is no id;
        ServerError, of which Refused with status 404 where Immich has not made it yet.
        """
        return self._pictures.thumbnail(asset_id, size, account=account, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """Returns the face of a person; see `thumbnail`."""
        return self._pictures.person_thumbnail(person_id, account=account, etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """Returns the id of the photo that an album is shown with. None if it has none.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        return self._pictures.album_cover(album_id, account=account)

    def albums_with(self, asset_id: str) -> tuple[Album, ...]:
        """Returns the albums in which any account sees a photo, sorted by name.

        Raises ConfigurationError for what is no id, and ServerError.
        """
        return self._pictures.albums_with(asset_id)

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """Returns what an album shows to an account, or to the first: timeline and archive, newest first.

        Raises ServerError.
        """
        return self._pictures.album_assets(album_id, account=account, stop=stop)

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """Returns all that an account, or the first, is shown of a photo (`GET /assets/{id}`).

        None if it does not see it. Raises ConfigurationError for what is no id, and ServerError.
        """
        return self._pictures.details(asset_id, account=account)

    # -- writing ------------------------------------------------------------------------------------------------------

    def writable(self, plan: Plan) -> Plan:
        """Returns the plan without the changes of albums for which a key lacks a permission.

        Each of these albums gets a problem that names the permission. The others are written all the same.
        """
        return self._writing.writable(plan)

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan. Returns what became of it: `result`, which is filled while the plan is written.

        What goes wrong in one album is noted with it, and the others go on. Raises UnsafePlan if a guard refuses the
        run as a whole, PlanOutdated where the ledger changed since, ConfigurationError where an account is missing:
        then nothing is written. Raises Stopped before the next request once `stop` says so; all that was written is
        then remembered.
        """
        return self._writing.apply(plan, stop=stop, result=result)

    def plan_undo(self, run: int | None = None) -> Plan:
        """Returns the plan that takes back a run, or the last one; it is applied as every plan.

        Raises ConfigurationError if there is nothing to take back.
        """
        return self._writing.plan_undo(run)

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """Take back a run, or the last one. Returns and raises what `apply` and `plan_undo` do."""
        return self._writing.undo(run, stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """Let a rule feed an album that is there. Nothing on the server changes.

        Returns the album, what is in it, and what was adopted. `album` is its id, address or name; None: the rule's
        name. With `take_over` what the rule selects and is in it counts as added by us. Raises ConfigurationError where
        rule or album are not to be had.
        """
        return self._writing.adopt(name, album, take_over=take_over, stop=stop)
