"""The columns of the table in `search_fields`: everything that is known of one search field of Immich."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.model.condition import Kind
from immich_smart_albums.model.version import OLDEST, Version

if TYPE_CHECKING:
    from immich_smart_albums.model.condition import Value


class Type(Enum):
    """The form of a field's value in JSON."""

    TEXT = "a text"
    TRUTH = "true or false"
    RATING = "a whole number from 1 to 5, or null"
    ID = "an id (UUID version 4)"
    IDS = "a list of ids (UUID version 4)"
    DATE = "a date such as 2024-05-31 or 2024-05-31T18:00:00Z"
    ASSET_TYPE = "one of IMAGE, VIDEO, AUDIO, OTHER"
    ORDER = "asc or desc"
    NUMBER = "a whole number"


class Proof(Enum):
    """The way in which the record of a photo that was found shows that the server heeded a field."""

    EQUAL = "the record has the very value"
    CONTAINED = "the record has a text with the value in it, whatever case and accents"
    PRESENT = "the record has something there just where the value is true"
    MOMENT = "the record has an instant on the right side of the value"
    OWN = "the record has the very value, on photos of the account itself"
    CHECKSUM = "the record has the value, in one of its two spellings"
    SOMEBODY = "the record has a list with somebody in it; who it is stays open"
    TRASHED = "the record says that it lies in the trash; when it came there stays open"
    NOTHING = "no record of a search tells; the control has to"


class Control(Enum):
    """A search whose answer shows whether a property is heard."""

    NOTHING = "a value that nothing can have finds nothing"
    APART = "what is found under one value is not found under another"
    CONTRADICTION = "what is asked for, and asked not to be, finds nothing"
    ALBUM = "a photo of an album is not found among those in no album"
    STACK = "a photo of a stack is not found among those in no stack"
    REACH = "a photo in the trash is found when the trash is looked at, too"
    PEOPLE = "a photo of somebody shows somebody"
    EXIF = "a photo whose file has a size shows what was read from the file"
    ANSWER = "the answer itself tells: it is refused, out of order, or lacks what only this property brings"
    NONE = "it only turns a ranking, and no answer shows how"


class Signal(Enum):
    """The sign by which a later run notices that photos changed in what a field looks at."""

    UPDATED_AT = "the photo's updatedAt"
    PEOPLE = "people"
    ALBUMS = "albums"
    TEXT = "recognised text"
    UNKNOWN = "nothing that is known of"
    """So it is asked anew, like those above that are kept apart from the photo."""


class Widens(Enum):
    """Photos that a field lets in and a search without it leaves out."""

    OTHERS = "other members' photos, since 3.0"
    TRASH = "what lies in the trash, and maybe nothing else"
    WITH_TRASH = "the trash beside everything else"


class Stage(Enum):
    """One step of Immich's, in its words."""

    DATES = "dates"
    """The date in the file was read: until then a photo bears that of its upload. Said of what was not found, or found,
    by things that the file holds; METADATA is said of what it lacks."""
    METADATA = "metadata"
    """The file was read: camera, place, numbers, tags and description."""
    EMBEDDING = "smart search"
    """The picture was looked at for smart search."""
    FACES = "faces"
    """The picture was looked at for faces, and the people on it are recognised."""
    TEXT = "text"
    """The words in the picture were read."""


BOTH_KINDS = frozenset(Kind)
ONLY_METADATA = frozenset({Kind.METADATA})
ONLY_SMART = frozenset({Kind.SMART})
ONLY_STRUCTURED: frozenset[Kind] = frozenset()
"""Of fields that no flat search has."""

SAME = ("eq", "ne")
AMONG = ("eq", "ne", "in", "notIn")
TEXT = (*AMONG, "like", "notLike", "startsWith", "endsWith")
RANGE = ("eq", "ne", "lt", "lte", "gt", "gte")
IDS = ("any", "all", "none")
TRUTH = ("eq",)


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases that have something, first and last included."""

    since: Version = OLDEST
    until: Version | None = None

    def __contains__(self, version: Version) -> bool:
        return self.since <= version and (self.until is None or version <= self.until)

    def __str__(self) -> str:
        if self.until is not None:
            return f"Immich has it up to {self.until}"
        return f"Immich has it since {self.since}"


ALWAYS = Releases()


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchField:
    """One row: a field of flat searches, of structured ones, or of both."""

    name: str
    type: Type
    kinds: frozenset[Kind] = BOTH_KINDS
    """Which flat searches take it."""
    nullable: bool = False
    """Whether null means "has none"."""
    releases: Releases = ALWAYS
    value_releases: tuple[tuple[Value, Releases], ...] = ()
    """Values that not every one of these releases acts on."""

    operators: tuple[str, ...] = ()
    """What a structured search can ask it; none where it has no such field."""
    condition: tuple[str, str] | None = None
    """The field and operator of a structured search that mean the same as this one. None if nothing surely does."""
    absence: tuple[Value, str] | None = None
    """A value that a structured search says by another field being false."""

    record_path: str | None
    """What shows it in a photo's record, dotted below exifInfo. None if nothing does."""
    proof: Proof
    control: Control
    apart: tuple[Value, ...] = ()
    """For Control.APART: values that no photo has at once, rare ones first."""

    signal: Signal
    stage: Stage | None
    """The step of indexing that fills it. None if it is there from the first."""
    share: float = 0.1
    """How much of a library passes it, where nobody knows better."""

    single: bool = False
    """Whether a photo has one value of it, and the server compares exactly."""
    always_known: bool = False
    """Whether every photo has a value, so that all that do not have this one have another."""
    widens: Widens | None = None
    counted: bool = True
    """Whether statistics heed it."""
    without_effect: tuple[Value, ...] = ()
    """Values that find the same as no filter at all."""

    suggestion: str | None = None
    """What the server's lists of values that photos have call it. None if there is no such list."""
    suggested: Releases = ALWAYS
    is_respelled: bool = False
    """Whether the server compares texts letter by letter, so that each way to write one is asked for."""
    refers_to: Literal["person", "tag", "album", "asset", "library"] | None = None
    """What the ids in it are ids of."""
    words: str | None = None
    """What the rules file calls it, where it is not Immich's name."""

    @property
    def is_in_exif(self) -> bool:
        """Whether it looks at EXIF, so that Immich leaves out photos without EXIF."""
        return self.record_path is not None and self.record_path.startswith("exifInfo.")

    @property
    def is_additive(self) -> bool:
        """Whether it is a list of ids of which a photo has all, and no other photos come in by it."""
        return self.type is Type.IDS and self.widens is None

    @property
    def label(self) -> str:
        """What people call it."""
        return self.words or self.name
