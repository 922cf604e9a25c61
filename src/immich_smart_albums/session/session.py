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

Beside what stands here, it can do what its parts can, each a module in `parts`:

    planning    plan, review
    writing     writable, apply, plan_undo, undo, adopt
    looking     select, explain, explain_selection, read_library, estimate, library_values, query_plans, check,
                check_rules
    drafting    draft, leaves_open, close_open
    remembered  history, run, known_albums, known_album, forget, forget_album
    pictures    thumbnail, person_thumbnail, album_cover, albums_with, album_assets, details
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.stopping import never
from immich_smart_albums.session.events import Listener, ignore
from immich_smart_albums.session.parts.drafting import Drafting
from immich_smart_albums.session.parts.looking import Looking
from immich_smart_albums.session.parts.pictures import AccountPictures
from immich_smart_albums.session.parts.planning import Planning
from immich_smart_albums.session.parts.remembered import Remembered
from immich_smart_albums.session.parts.writing import Writing
from immich_smart_albums.session.workplace import Workplace

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import RuleSet
    from immich_smart_albums.session.options import SessionOptions


class Session(Planning, Writing, Looking, Drafting, Remembered, AccountPictures):
    """Rules, accounts and a ledger, for one operation after another; see the module.

    Every method may raise what reading the rules, connecting and the ledger raise: ConfigurationError with everything
    that is wrong with files and settings, ServerError where no account can be asked, LedgerError. Where `stop` says so
    it raises Stopped.
    """

    def __init__(self, options: SessionOptions, on_event: Listener = ignore) -> None:
        """Nothing is read yet."""
        super().__init__(Workplace(options, on_event))
        self.options = options

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

    def asking(self) -> AbstractContextManager[None]:
        """Returns a context in which accounts may be asked directly, for names and details. Other operations wait."""
        return self._work.reading(never)
