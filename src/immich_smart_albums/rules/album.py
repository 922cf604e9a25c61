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
"""The one account where the rules files name none: its key is that of the settings."""


class Keep(Enum):
    """Treatment of photos that we added and that match no more."""

    ADD_ONLY = "add-only"
    IN_STEP = "in-step"


@dataclass(frozen=True, slots=True)
class Guard:
    """Limits beyond which a plan is refused. None: no limit."""

    remove_share: float | None = 0.3
    """Of what is in the album, as a fraction."""
    remove: int | None = 500
    """Photos."""
    add: int | None = None
    """Photos."""
    allow_empty: bool = False
    """Whether a selection that has become empty is fine."""


RUN_GUARD = Guard(remove_share=None, remove=1000)
"""For all albums of a run together, unless the rules say otherwise."""

USUAL_SCHEDULE = parse_schedule("daily 04:00")
"""Where the rules say nothing else."""


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
    """Whether it is made if there is none of that name."""


@dataclass(frozen=True, slots=True)
class AlbumRule:
    """One entry under `albums`."""

    name: str
    """The album's name and the rule's own, in messages and in the ledger; with `{year}` and the like for a split."""
    rule: Rule
    accounts: tuple[str, ...]
    """Who selects and adds; the first owns the album."""
    span: Span = field(compare=False)
    keep: Keep = Keep.ADD_ONLY
    sticky: bool = True
    """Whether in-step leaves photos in that only a smart search does not rank high enough any more."""
    album_id: str | None = None
    """The album, where the file names it by id."""
    was: str | None = None
    """The name that the rule had before."""
    is_new: bool = False
    """Whether the file says that it goes on with no earlier rule."""
    description: str | None = None
    cover: str | None = None
    """newest, oldest, favorite, or an asset's id."""
    order: str | None = None
    """asc or desc."""
    share: tuple[Share, ...] = ()
    unshare: bool = False
    """Whether users that `share` does not name lose the album."""
    guard: Guard = Guard()
    tests: tuple[Expectation, ...] = ()
    settle: int = SETTLE
    """Seconds since its upload until a photo counts as looked at for faces and the like."""
    schedule: Schedule | None = None
    """When `daemon` runs it; None: when the file says."""
    source: MappingNode | None = field(default=None, compare=False, repr=False)
    """The entry as it stands in the file."""
    target: Target | None = None
    """The album, where flags name it; then nothing but photos is written."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header that goes with every request, for what stands in front of Immich; where its value comes from."""

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
    """Program and arguments; it prints the key."""
    headers: tuple[Header, ...] = ()
    """Besides those of the file."""
    span: Span | None = field(default=None, compare=False)


class MessageService(Enum):
    """Way in which a message about a run is sent."""

    URL = "url"
    NTFY = "ntfy"
    HEALTHCHECKS = "healthchecks"
    APPRISE = "apprise"


class Event(Enum):
    """Event that a message is about."""

    PROBLEMS = "problems"
    CHANGES = "changes"
    REFUSALS = "refusals"


USUAL_EVENTS = frozenset({Event.PROBLEMS, Event.REFUSALS})


@dataclass(frozen=True, slots=True)
class ValueSource:
    """A text that may be secret, or where it comes from: one of the three."""

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
    """When a summary of what happened since the last one is sent. None: never."""
    token: ValueSource | None = None
    headers: tuple[Header, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Everything that the rules files of one run say."""

    albums: tuple[AlbumRule, ...]
    accounts: tuple[Account, ...] = ()
    """Empty: one account, from the settings."""
    server: str | None = None
    headers: tuple[Header, ...] = ()
    client_cert: str | None = None
    """The file of a certificate that shows who we are, and that of its key."""
    client_key: str | None = None
    guard: Guard = RUN_GUARD
    """For the run as a whole."""
    schedule: Schedule = USUAL_SCHEDULE
    """Of albums that say nothing else."""
    timezone: str | None = None
    """Of schedules; None: the machine's."""
    notify: tuple[NotifyTarget, ...] = ()
    """The targets of messages about runs."""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Named groups: the names or ids in each."""
    places: Mapping[str, Circle] = field(default_factory=dict)
    """Named places."""
    source: Mapping[str, tuple[ScalarNode, ValueNode]] = field(default_factory=dict, compare=False, repr=False)
    """The sections that stand once, as they stand in the files."""
    others: tuple[AlbumRule, ...] = ()
    """Albums that the run leaves alone."""

    @property
    def documents(self) -> frozenset[Document]:
        """The files that albums stand in."""
        return frozenset(album.span.document for album in self.albums)
