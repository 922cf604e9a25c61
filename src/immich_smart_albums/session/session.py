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
        """What the rules files say, read at the first use, with server and keys; notes are sent as events."""
        return self._work.config

    @property
    def rules(self) -> RuleSet:
        """The rules, of which those that the options do not name stand under `others`."""
        return self._work.rules

    @property
    def accounts(self) -> ConnectedAccounts:
        """The accounts that feed the albums, connected at the first use. Raises ServerError where none can be asked."""
        return self._work.accounts

    def load(self) -> None:
        """Read the rules now, rather than at the first use."""
        self._work.load()

    def connect(self) -> None:
        """Connect the accounts now, rather than at the first use."""
        self._work.connect()

    def parse(self, source: Source | None = None) -> RuleSet:
        """What the rules say, or others, such as the text that somebody is typing; the session goes on with its own.

        Raises ConfigurationError with everything that is wrong. No key is read, and the server is not asked.
        """
        return self._work.parse(source)

    def reload(self, source: Source | None = None) -> None:
        """Read the rules again, or others from now on.

        Accounts stay connected where the rules still say the same of server and accounts. Raises ConfigurationError,
        and then the session goes on with what it had.
        """
        self._work.reload(source)

    def set_today(self, today: date) -> None:
        """Another day from now on, for rules that count from today; they are read again at the next use."""
        self._work.set_today(today)
        self.options = self._work.options

    def refresh(self, *, records: bool = True) -> None:
        """Forget what was asked for once, names, albums, and `records` in memory; the next operation connects anew."""
        self._work.refresh(records=records)

    @property
    def ledger_place(self) -> Path:
        """The ledger's file. Raises ConfigurationError where there is no place for it."""
        return self._work.ledger_place

    def holding_ledger(self, doing: str | None = None) -> AbstractContextManager[None]:
        """Keep the ledger open over several operations of this thread; `doing` is what will be written, None: nothing.

        While somebody holds it to write, nobody else writes. Raises LedgerError.
        """
        return self._work.holding_ledger(doing)

    def ledger(self, doing: str | None = None) -> AbstractContextManager[SqliteLedger]:
        """The ledger, to read; with `doing`, to write. It must not leave the thread. Raises LedgerError."""
        return self._work.ledger(doing)

    @property
    def servers(self) -> dict[str, PhotoServer]:
        """The servers of all accounts that take part, each with its account's key."""
        return self._work.servers

    @property
    def base(self) -> str:
        """The address that people open in a browser."""
        return self._work.base

    # -- reading ------------------------------------------------------------------------------------------------------

    def plan(self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, stop: Stop = never) -> Plan:
        """What would change in all albums, or in those of other rules; nothing is written.

        The guards of albums named in `allow` do not count this once. Names and albums are looked up anew if the session
        used them before: a plan is made from the world as it is.
        """
        return self._looking.plan(allow=allow, rules=rules, stop=stop)

    def draft(self, rules: RuleSet, *, stop: Stop = never) -> Draft:
        """What would change by some rules, while somebody is typing them; nobody writes it.

        It may rest on records in memory, as `select` does, and asks of few photos only whether Immich has looked at
        them. The others wait, until `close_open`.
        """
        return self._drafting.draft(rules, stop=stop)

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """A plan that was saved, if everything still is as it says and the rules still say so; to be applied.

        Raises PlanOutdated otherwise, and ConfigurationError where an account is missing.
        """
        return self._looking.review(saved, stop=stop)

    def select(
        self, rules: Iterable[AlbumRule] | None = None, *, certain: bool = True, stop: Stop = never
    ) -> dict[str, AlbumSelections]:
        """What all rules select for certain, or these, by their names; of each account, and why others failed.

        The rules need not stand in the rules files, so a page can preview what somebody is typing. Where the options
        say so, what was read is kept: rules that change then cost requests only for what was not read yet, and show the
        library as it was when it was read, until `refresh`. What is written never rests on that. Not `certain`: what
        Immich has not looked at yet counts as it is, and nothing is asked about it.
        """
        return self._looking.select(rules, certain=certain, stop=stop)

    def explain(self, name: str, photo: str, *, rules: RuleSet | None = None, stop: Stop = never) -> AlbumExplanation:
        """Why a photo, by id or address, is in the album of this name or not; by other rules than the session's own.

        Raises ConfigurationError for an album that no rule feeds, and for what is neither id nor address.
        """
        return self._looking.explain(name, photo, rules=rules, stop=stop)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """What all rules select, or these, as `select` does; and for each photo why, from what the searches found.

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
        """Whether drafts left open for some photos whether Immich has looked at them."""
        return self._drafting.leaves_open

    def close_open(self, *, stop: Stop = never) -> None:
        """Ask what drafts left open, so that the next ones know it; as with `read_library`, others do not wait."""
        self._drafting.close_open(stop=stop)

    def asking(self) -> AbstractContextManager[None]:
        """While this lasts, accounts may be asked directly, for names and details: other operations wait."""
        return self._work.reading(never)

    def estimate(self, query: Query, *, account: str | None = None) -> int | None:
        """About how many photos a search of an account, or of the first, finds. None if the server does not tell."""
        return self._looking.estimate(query, account=account)

    @property
    def library_values(self) -> LibraryValues | None:
        """What the photos have and where they were taken, as `read_library` found it. None before that."""
        return self._work.values

    def query_plans(self) -> Iterator[AccountPlan]:
        """The searches that each account would be sent; none is."""
        return self._looking.query_plans()

    def check(self, account: str | None = None) -> CheckReport:
        """Whether a server and its key are in place: that of an account, or of the first."""
        return self._looking.check(account)

    def check_rules(self) -> tuple[Problem, ...]:
        """What is wrong with the rules, held against the server: names that nobody has, keys that are no good."""
        return self._looking.check_rules()

    # -- the ledger ---------------------------------------------------------------------------------------------------

    def history(self, most: int = 1000) -> list[RunHistory]:
        """The runs that wrote something, newest first, at most so many; the server is not asked."""
        return self._remembered.history(most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """A run and what it wrote. Raises ConfigurationError for one that the ledger does not know."""
        return self._remembered.run(run)

    def known_albums(self) -> list[KnownAlbum]:
        """The albums that the ledger knows, by rule."""
        return self._remembered.known_albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """An album that the ledger knows, by its rule's name or its id, and what is remembered of it."""
        return self._remembered.known_album(name)

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """Let photos of an album in again that people took out, all of them or these; the album, and how many."""
        return self._remembered.forget(name, assets)

    def forget_album(self, name: str) -> KnownAlbum:
        """Forget which album a rule feeds, so that it starts anew."""
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
        """A small picture of a photo, as an account sees it, or the first; with what its server says of keeping it.

        One that still has this `etag` comes without data. Raises ConfigurationError for what is no id, and ServerError;
        Refused with status 404 where Immich has not made it yet.
        """
        return self._pictures.thumbnail(asset_id, size, account=account, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """The face of a person; see `thumbnail`."""
        return self._pictures.person_thumbnail(person_id, account=account, etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """The photo that an album is shown with. None for none. Raises ConfigurationError for what is no id."""
        return self._pictures.album_cover(album_id, account=account)

    def albums_with(self, asset_id: str) -> tuple[Album, ...]:
        """The albums in which accounts see a photo, by name. Raises ConfigurationError for what is no id."""
        return self._pictures.albums_with(asset_id)

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """What an album shows to an account, or to the first, newest first; what is in the archive too."""
        return self._pictures.album_assets(album_id, account=account, stop=stop)

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """All that an account, or the first, is shown of a photo. None if it does not see it."""
        return self._pictures.details(asset_id, account=account)

    # -- writing ------------------------------------------------------------------------------------------------------

    def writable(self, plan: Plan) -> Plan:
        """The plan as it can be written: albums for which a key lacks a permission say so, and are left alone."""
        return self._writing.writable(plan)

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan, and tell what became of it: `result`, which is filled while it is written.

        Before each request `stop` is asked whether to end: then Stopped is raised, once all that was written is
        remembered.
        What goes wrong in one album is noted with it. Raises UnsafePlan where a guard refuses the run as a whole, and
        PlanOutdated.
        """
        return self._writing.apply(plan, stop=stop, result=result)

    def plan_undo(self, run: int | None = None) -> Plan:
        """The plan that takes back a run, or the last one; it is applied as every plan."""
        return self._writing.plan_undo(run)

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """Take back a run, or the last one."""
        return self._writing.undo(run, stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """Let a rule feed an album that is there; see `Adopter.adopt`. Nothing on the server changes."""
        return self._writing.adopt(name, album, take_over=take_over, stop=stop)
