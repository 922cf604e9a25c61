"""Two people with a ledger and rules that feed albums together: the way of the program from rules to writes."""

from __future__ import annotations

from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from immich_sandbox import Library
from immich_sandbox.library.records import Exif, User
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.accounts import ConnectedAccounts, connect_accounts
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.operations.undo.album import Keys
from immich_smart_albums.operations.undo.undo import plan_undo
from immich_smart_albums.rules.album import AlbumRule, Guard, Keep, RuleSet
from immich_smart_albums.rules.tree import Node, Rule, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from immich_sandbox import Sandbox
    from immich_sandbox.library.records import Album
    from immich_smart_albums.bootstrap import Exchange
    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.operations.apply.result import AlbumResult
    from immich_smart_albums.operations.ports.server import PhotoServer

BEST = Rule(Search(Query(Kind.METADATA, where(rating=5))))
"""What has five stars."""

UNLIMITED = Guard(None, None, allow_empty=True)


def two_people(photos: int = 5, seed: int = 1) -> Library:
    """Alice and Bob with that many photos each, of which none has stars, and no albums."""
    library = Library(clock=1_700_000_000_000_000, seed=seed)
    for name in ("Alice", "Bob"):
        user = User(library.new_id(), name, f"{name.lower()}@example.org", library.now(), is_admin=name == "Alice")
        library.users[user.id] = user
        for number in range(photos):
            library.add_asset(
                owner=name.lower(),
                taken=f"2024-06-0{1 + number % 9}T12:00:00Z",
                name=f"{name.lower()}-{number}.jpg",
                exif=Exif(file_size=1, rating=None, date_time_original=1),
            )
    return library


def copied(library: Library) -> Library:
    """The same once more, with its ids and its clock, to go on with from there."""
    twin = Library(clock=library.clock)
    vars(twin).update(deepcopy({name: value for name, value in vars(library).items() if name != "lock"}))
    return twin


def rule(
    name: str = "Best",
    *accounts: str,
    in_step: bool = True,
    guard: Guard = UNLIMITED,
    match: Node = BEST.match,
    **more: Any,
) -> AlbumRule:
    """What matches of these accounts' photos, Alice's if none is named, kept in step; usually the best ones."""
    span = Span(Document("rules.yaml", "albums:"), 1, 1)
    keep = Keep.IN_STEP if in_step else Keep.ADD_ONLY
    return AlbumRule(name, Rule(match), accounts or ("alice",), span, keep=keep, guard=guard, **more)


@dataclass
class Household:
    """A sandbox, a ledger's file, and rules."""

    sandbox: Sandbox
    ledger: Path
    rules: tuple[AlbumRule, ...]
    on_exchange: Callable[[Exchange], None] = lambda _: None
    address: str = ""
    """Another one than the sandbox tells."""
    keys: dict[str, str] = field(default_factory=dict)
    """Of accounts whose key is not the user's own with all permissions, the name of the sandbox's key."""

    def connect(self, account: str) -> PhotoServer:
        """The client as the program makes it."""
        key = Secret(self.sandbox.keys.get(self.keys.get(account, account), "wrong"))
        settings = Settings(self.address or self.sandbox.url, key)
        return connect(settings, ConnectionOptions(concurrency=1), on_exchange=self.on_exchange, on_read=lambda _: None)

    def accounts(self) -> ConnectedAccounts:
        """Everybody who feeds an album."""
        names = dict.fromkeys(name for rule in self.rules for name in rule.accounts)
        return connect_accounts({name: lambda name=name: self.connect(name) for name in names})  # type: ignore[misc]

    def plan(
        self, ledger: SqliteLedger, accounts: ConnectedAccounts | None = None, rules: RuleSet | None = None
    ) -> Plan:
        """What would be written."""
        options = SelectOptions(concurrency=1, log=lambda _: None)
        taking_part = accounts or self.accounts()
        return make_plan(rules or RuleSet(self.rules), taking_part, ledger, options, made_at="now")[0]

    def planned(self) -> Plan:
        """What would be written, with the ledger opened to read only."""
        with open_ledger(self.ledger) as ledger:
            return self.plan(ledger)

    @contextmanager
    def writing(self) -> Iterator[tuple[SqliteLedger, ConnectedAccounts]]:
        with open_ledger(self.ledger, doing="a test") as ledger:
            yield ledger, self.accounts()

    def sync(self) -> ApplyResult:
        """Plan and apply."""
        with self.writing() as (ledger, accounts):
            return applied(self.plan(ledger, accounts), accounts, ledger)

    def apply(self, plan: Plan) -> ApplyResult:
        """Apply a plan that was made before."""
        with self.writing() as (ledger, accounts):
            return applied(plan, accounts, ledger)

    def undo(self, run: int | None = None) -> ApplyResult:
        """Take back a run."""
        with self.writing() as (ledger, accounts):
            return applied(plan_undo(run, keys(accounts), ledger, "now"), accounts, ledger)

    # -- what is on the server --------------------------------------------------------------------------------------

    def album(self, name: str = "Best") -> Album:
        """The only album of this name."""
        (result,) = [album for album in self.sandbox.library.albums.values() if album.name == name]
        return result

    def inside(self, name: str = "Best") -> set[str]:
        """The file names in the album, without `.jpg`."""
        return {self.name(id_) for id_ in self.album(name).asset_ids}

    def name(self, asset_id: str) -> str:
        return self.sandbox.library.assets[asset_id].original_file_name.removesuffix(".jpg")

    def id(self, name: str) -> str:
        """A photo by its file name."""
        result = self.sandbox.library.assets.values()
        return next(asset.id for asset in result if asset.original_file_name == f"{name}.jpg")

    # -- what people do ---------------------------------------------------------------------------------------------

    def rate(self, *names: str, stars: int | None = 5) -> None:
        for name in names:
            self.sandbox.library.update(self.id(name), rating=stars)

    def put_in(self, *names: str, album: str = "Best") -> None:
        self.sandbox.library.add_to_album(self.album(album).id, [self.id(name) for name in names])

    def take_out(self, *names: str, album: str = "Best") -> None:
        self.sandbox.library.remove_from_album(self.album(album).id, [self.id(name) for name in names])


def applied(plan: Plan, accounts: ConnectedAccounts, ledger: SqliteLedger) -> ApplyResult:
    """What was written of a plan."""
    report = ApplyResult()
    apply(plan, {name: account.server for name, account in accounts.present.items()}, ledger, report, lambda: "now")
    return report


def keys(accounts: ConnectedAccounts) -> Keys:
    """The accounts, as undo wants them."""
    present = accounts.present.items()
    return Keys(
        {name: account.server for name, account in present},
        {name: account.user.id for name, account in present},
    )


def only(report: ApplyResult) -> AlbumResult:
    """What became of the only album, which went well."""
    (album,) = report.albums
    assert album.failures == []
    return album


def names_of(plan: AlbumPlan, photos: str) -> set[str]:
    """The file names among the additions, removals or kept out photos of a plan."""
    return {asset.file_name.removesuffix(".jpg") for asset in getattr(plan, photos)}
