"""One album of a rules file: what belongs in it, and how it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from immich_smart_albums.rules.schedule import Schedule, parse_schedule
from immich_smart_albums.rules.syntax.reader import SETTLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.span import Document, Span
    from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Circle
    from immich_smart_albums.rules.tree import Rule

DEFAULT_ACCOUNT = "default"
"""The only account if the rules files have no `accounts`; its key is that of the settings."""


class Keep(Enum):
    """What happens to photos that a run has added and that match no more."""

    ADD_ONLY = "add-only"
    IN_STEP = "in-step"


@dataclass(frozen=True, slots=True)
class Guard:
    """Limits beyond which a plan is refused. None: no limit."""

    remove_share: float | None = 0.3
    """The most photos to take out, as a fraction of those in the album."""
    remove: int | None = 500
    """The most photos to take out."""
    add: int | None = None
    """The most photos to add."""
    allow_empty: bool = False
    """Whether a selection may become empty."""


RUN_GUARD = Guard(remove_share=None, remove=1000)
"""For all albums of a run together, if the rules file has no `guard` for them."""

USUAL_SCHEDULE = parse_schedule("daily 04:00")
"""If the rules file has no `schedule`."""


@dataclass(frozen=True, slots=True)
class Share:
    """A user that the album is shared with."""

    user: str
    """E-mail, name or id."""
    role: str
    """viewer or editor."""
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Expectation:
    """A test of the rule: an asset that must, or must not, match."""

    asset: str
    """Id."""
    matches: bool
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Target:
    """An album as a flag names it."""

    text: str
    """Its name, id or address."""
    may_create: bool = False
    """Whether it is created if there is none of that name."""


@dataclass(frozen=True, slots=True)
class AlbumRule:
    """One entry under `albums`."""

    name: str
    """The name of the album, and of the rule in messages and in the ledger; of a split rule with `{year}` in it."""
    rule: Rule
    accounts: tuple[str, ...]
    """The accounts whose photos are selected; the first owns the album."""
    span: Span = field(compare=False)
    keep: Keep = Keep.ADD_ONLY
    sticky: bool = True
    """Whether `in-step` leaves photos in the album that a smart search only ranks lower than before."""
    album_id: str | None = None
    """The id of the album, if the file has it."""
    was: str | None = None
    """The name that the rule had before."""
    is_new: bool = False
    """Whether the file declares that the rule continues no earlier one."""
    description: str | None = None
    cover: str | None = None
    """newest, oldest, favorite, or an asset's id."""
    order: str | None = None
    """asc or desc."""
    share: tuple[Share, ...] = ()
    unshare: bool = False
    """Whether the album is no longer shared with users who are not in `share`."""
    guard: Guard = Guard()
    tests: tuple[Expectation, ...] = ()
    settle: int = SETTLE
    """Seconds after the upload of a photo until Immich counts as done with it."""
    schedule: Schedule | None = None
    """When the daemon runs the rule. None: on the schedule of the file."""
    source: MappingNode | None = field(default=None, compare=False, repr=False)
    """The entry in the file."""
    target: Target | None = None
    """The album that flags name; then only photos are written, and no properties."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header of every request, for a proxy in front of Immich, and the variable or file that has its value."""

    name: str
    env: str | None = None
    file: str | None = None
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Source of an account's key."""

    name: str
    key_env: str | None = None
    key_file: str | None = None
    key_command: tuple[str, ...] | None = None
    """A program that prints the key, and its arguments."""
    headers: tuple[Header, ...] = ()
    """Added to those of the file."""
    span: Span | None = field(default=None, compare=False)


class MessageService(Enum):
    """A service that messages about runs are sent by."""

    URL = "url"
    NTFY = "ntfy"
    HEALTHCHECKS = "healthchecks"
    APPRISE = "apprise"


class Event(Enum):
    """An event of a run that a message is sent for."""

    PROBLEMS = "problems"
    CHANGES = "changes"
    REFUSALS = "refusals"


USUAL_EVENTS = frozenset({Event.PROBLEMS, Event.REFUSALS})


@dataclass(frozen=True, slots=True)
class ValueSource:
    """A text that may be secret: itself, or the variable or the file that has it."""

    text: str | None = field(default=None, repr=False)
    env: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class NotifyTarget:
    """One receiver of messages."""

    service: MessageService
    address: ValueSource
    events: frozenset[Event] = USUAL_EVENTS
    digest: Schedule | None = None
    """When a summary of all runs since the last one is sent. None: never."""
    token: ValueSource | None = None
    headers: tuple[Header, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules files of one run, read."""

    albums: tuple[AlbumRule, ...]
    accounts: tuple[Account, ...] = ()
    """Empty if there is one account, whose key is in the settings."""
    server: str | None = None
    headers: tuple[Header, ...] = ()
    client_cert: str | None = None
    """The file of a client certificate for TLS."""
    client_key: str | None = None
    guard: Guard = RUN_GUARD
    """For all albums of the run together."""
    schedule: Schedule = USUAL_SCHEDULE
    """Of albums without a schedule of their own."""
    timezone: str | None = None
    """Of schedules. None: the machine's."""
    notify: tuple[NotifyTarget, ...] = ()
    """The targets of messages about runs."""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of a group, the names or ids of the people in it."""
    places: Mapping[str, Circle] = field(default_factory=dict)
    """Named places."""
    source: Mapping[str, tuple[ScalarNode, ValueNode]] = field(default_factory=dict, compare=False, repr=False)
    """The sections besides `albums`, with their keys, as they stand in the files."""
    others: tuple[AlbumRule, ...] = ()
    """Albums of the files that this run leaves alone."""

    @property
    def documents(self) -> frozenset[Document]:
        """The files that albums stand in."""
        return frozenset(album.span.document for album in self.albums)
