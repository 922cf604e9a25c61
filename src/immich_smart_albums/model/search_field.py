"""The columns of the table in `search_fields`: all that the tool knows of a search field of Immich."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.model.condition import Kind
from immich_smart_albums.model.version import OLDEST, Version

if TYPE_CHECKING:
    from immich_smart_albums.model.condition import Value


class Type(Enum):
    """The type of a field's value in JSON."""

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
    """How the records of an answer show that the server heeded a field."""

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
    """A search whose answer shows whether the server heeds a field."""

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
    """The sign by which a later run notices changes of what a field looks at."""

    UPDATED_AT = "the photo's updatedAt"
    PEOPLE = "people"
    ALBUMS = "albums"
    TEXT = "recognised text"
    UNKNOWN = "nothing that is known of"
    """Such searches are sent again, like those above that are stored apart from the photo."""


class Widens(Enum):
    """The photos that a field lets in, and a search without it leaves out."""

    OTHERS = "other members' photos, since 3.0"
    TRASH = "what lies in the trash, and maybe nothing else"
    WITH_TRASH = "the trash beside everything else"


class Stage(Enum):
    """One step of Immich's work on a new photo, in its words."""

    DATES = "dates"
    """The date in the file is read; until then a photo has that of its upload. It is needed for answers about things
    that the file has; METADATA for those about things that it lacks."""
    METADATA = "metadata"
    """The file is read: camera, place, numbers, tags and description."""
    EMBEDDING = "smart search"
    """The embedding of the picture is computed, for smart search."""
    FACES = "faces"
    """Faces are found in the picture, and people recognised."""
    TEXT = "text"
    """The text in the picture is read."""


BOTH_KINDS = frozenset(Kind)
ONLY_METADATA = frozenset({Kind.METADATA})
ONLY_SMART = frozenset({Kind.SMART})
ONLY_STRUCTURED: frozenset[Kind] = frozenset()
"""For fields that no flat search has."""

SAME = ("eq", "ne")
AMONG = ("eq", "ne", "in", "notIn")
TEXT = (*AMONG, "like", "notLike", "startsWith", "endsWith")
RANGE = ("eq", "ne", "lt", "lte", "gt", "gte")
IDS = ("any", "all", "none")
TRUTH = ("eq",)


@dataclass(frozen=True, slots=True)
class Releases:
    """The releases that have a feature, the first and the last included."""

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
    """One row of the table: a field of flat searches, of structured ones (`filter`), or of both."""

    name: str
    type: Type
    kinds: frozenset[Kind] = BOTH_KINDS
    """The flat searches that take it."""
    nullable: bool = False
    """Whether its value may be null, for "has none"."""
    releases: Releases = ALWAYS
    value_releases: tuple[tuple[Value, Releases], ...] = ()
    """Values that only some of these releases act on."""

    operators: tuple[str, ...] = ()
    """The operators that a structured search has for it; none if it has no such field."""
    condition: tuple[str, str] | None = None
    """The field and operator of a structured search that mean the same. None if none surely does."""
    absence: tuple[Value, str] | None = None
    """A value, and the field of a structured search that is false in its place: `tagIds: null` is `hasTags: false`."""

    record_path: str | None
    """The field of a photo's record that shows it, dotted below exifInfo. None if there is none."""
    proof: Proof
    control: Control
    apart: tuple[Value, ...] = ()
    """For Control.APART, values of which no photo has two, rare ones first."""

    signal: Signal
    stage: Stage | None
    """The stage that fills it. None if it has a value from the start."""
    share: float = 0.1
    """A guess of which part of a library passes a condition on it."""

    single: bool = False
    """Whether a photo has one value of it, which the server compares exactly."""
    always_known: bool = False
    """Whether every photo has a value, so that the complement of a condition is one, too."""
    widens: Widens | None = None
    counted: bool = True
    """Whether statistics heed it."""
    without_effect: tuple[Value, ...] = ()
    """Values that find the same as a search without the field."""

    suggestion: str | None = None
    """Its name in the server's lists of values that photos have. None if there is no such list."""
    suggested: Releases = ALWAYS
    """The releases that have the list."""
    is_respelled: bool = False
    """Whether the server compares texts by their bytes, so that each Unicode form is searched for."""
    refers_to: Literal["person", "tag", "album", "asset", "library"] | None = None
    """The kind of things whose ids are its values."""
    words: str | None = None
    """Its name in rules files, if that is not Immich's."""

    @property
    def is_in_exif(self) -> bool:
        """Whether it is in EXIF, so that a search with it leaves out photos without EXIF."""
        return self.record_path is not None and self.record_path.startswith("exifInfo.")

    @property
    def is_additive(self) -> bool:
        """Whether its values are ids of which a photo must have all, and it lets no other photos in."""
        return self.type is Type.IDS and self.widens is None

    @property
    def label(self) -> str:
        """Its name for people."""
        return self.words or self.name
