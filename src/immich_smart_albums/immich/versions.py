"""The differences between server versions, in one place.

Source: OpenAPI files 1.118 to 3.1, field lists 3.2 to 3.3, and exchanges with real servers 2.5.6 and 3.1.0. A server
drops search fields that it does not know and answers with the whole library, so unsupported fields are refused here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import as_flat, is_in_filter, shown_name
from immich_smart_albums.model.query import Visibility
from immich_smart_albums.model.search_field import ALWAYS, Releases
from immich_smart_albums.model.search_fields import BY_NAME, ROWS
from immich_smart_albums.model.version import Version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.model.condition import Condition, Value
    from immich_smart_albums.model.query import Query

FIRST_UNKNOWN = Version(4, 0)
"""The first version that nobody has verified. Such a server is refused, and only because of this constant."""


FIELDS: dict[str, Releases] = {row.name: row.releases for row in ROWS if row.releases != ALWAYS}
"""Search fields that not every version has."""

VALUES: dict[tuple[str, Value], Releases] = {
    (row.name, value): releases for row in ROWS for value, releases in row.value_releases
}
"""Values of search fields that not every version acts on."""

ASSET_FIELDS: dict[str, Releases] = {
    "visibility": Releases(Version(1, 133)),
    "createdAt": Releases(Version(1, 140)),
    "width": Releases(Version(2, 5)),
    "height": Releases(Version(2, 5)),
    "isEdited": Releases(Version(2, 5)),
    "deviceId": Releases(until=Version(2, 7, 5)),
    "deviceAssetId": Releases(until=Version(2, 7, 5)),
    "unassignedFaces": Releases(until=Version(2, 7, 5)),
    "people.faces": Releases(until=Version(2, 7, 5)),
    "people.isFavorite": Releases(Version(1, 126)),
    "people.color": Releases(Version(1, 126)),
    "people.otherPeople": Releases(Version(3, 3)),
    "people.sharedBy": Releases(Version(3, 3)),
    "people.sharedWith": Releases(Version(3, 3)),
}
"""Fields of assets, and of the people on them, that not every version returns."""

INSTEAD: dict[str, str] = {
    "visibility": "; isArchived tells the archive",
    "width": "; exifInfo.exifImageWidth tells it",
    "height": "; exifInfo.exifImageHeight tells it",
    "deviceAssetId": "; originalFileName tells it for most uploads",
    "people.faces": "; $.people[*].id has a value where somebody is on the photo",
}
"""Hints at other fields with the same meaning, for fields that some versions lack."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The abilities of one server version."""

    version: Version

    @property
    def has_visibility(self) -> bool:
        """Searches take `visibility`; before, isVisible and isArchived."""
        return self.version >= Version(1, 133)

    @property
    def has_columnar_buckets(self) -> bool:
        """Timeline buckets are months; before, `size` had to say so."""
        return self.version >= Version(1, 133)

    @property
    def has_key_info(self) -> bool:
        """`GET /api-keys/me` returns the key's permissions."""
        return self.version >= Version(1, 139)

    @property
    def has_statistics(self) -> bool:
        """`POST /search/statistics` counts what a search finds."""
        return self.version >= Version(1, 135)

    @property
    def searches_by_album(self) -> bool:
        """Searches take `albumIds`; before, `GET /albums/{id}` lists what is in one."""
        return self.version >= Version(1, 135)

    @property
    def defaults_to_everything(self) -> bool:
        """Without `visibility` a search looks everywhere but into the locked folder; before, only at the timeline."""
        return self.version >= Version(3, 0)

    @property
    def has_filter(self) -> bool:
        """Searches take `filter`, `orderBy` and `cursor`; before, these were dropped and everything came back."""
        return self.version >= Version(3, 2)

    @property
    def has_flat_fields(self) -> bool:
        """Searches take flat fields; Immich announced that 4.0 will ignore them."""
        return self.version < Version(4, 0)

    @property
    def has_queues(self) -> bool:
        """`GET /queues` returns queues; before, `GET /jobs`."""
        return self.version >= Version(2, 4)

    @property
    def shows_whom_it_finds(self) -> bool:
        """An asset found by personIds shows people; before, a deleted or invisible face found it as well."""
        return self.version >= Version(2, 5)

    @property
    def joins_exif(self) -> bool:
        """A search that asks for EXIF or filters by it leaves out assets that have none yet."""
        return self.version >= Version(1, 125)

    @property
    def ranks_by_likeness(self) -> bool:
        """A smart search takes `queryAssetId`, and refuses a photo at which Immich has not looked."""
        return self.version in FIELDS["queryAssetId"]

    @property
    def orders_ties(self) -> bool:
        """Assets of one instant come in the order of their ids; before, in a random order for each page."""
        return self.version >= Version(3, 1)

    @property
    def lists_shared_albums(self) -> bool:
        """`GET /albums` lists owned and shared albums together; before, `shared=true` listed the shared ones."""
        return self.version >= Version(3, 0)

    @property
    def lists_albums_of_trashed(self) -> bool:
        """`GET /albums?assetId=` surely returns the albums of trashed assets as well."""
        return self.version >= Version(1, 133)

    @property
    def searches_albums_of_others(self) -> bool:
        """A metadata search by albumIds finds other members' photos; before, `GET /albums/{id}` lists them."""
        return self.version >= Version(3, 0)

    @property
    def most_people_by_name(self) -> int:
        """The most people that `GET /search/person` returns, in no certain order; since 2.7 similar names count."""
        return 100 if self.version >= Version(2, 7) else 1000

    def takes_filter(self, query: Query) -> bool:
        """Returns whether a search is sent by `filter`: if flat fields cannot express it, and `filter` surely can.

        A search that both can express is sent by flat fields while the server takes them. Searches of albums and of the
        trash need flat fields, and most runs then need the controls of only one form.
        """
        return self.has_filter and query.is_filter and not (query.is_flat and self.has_flat_fields)

    def leaves_out_unread(self, query: Query) -> bool:
        """See `leaves_out_unread` of the port."""
        is_about_exif = any(BY_NAME[condition.field].is_in_exif for condition in query.conditions)
        return self.joins_exif and not is_about_exif and not self.takes_filter(query)

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """Returns the fields of a query that this version would ignore, each with an explanation."""
        reasons = [reason for condition in query.conditions for reason in self._unsupported(condition)]
        if self.takes_filter(query) or (query.is_flat and self.has_flat_fields):
            return reasons
        if not self.has_filter:
            return [("filter", f"Immich {self.version} would ignore 'filter' (Immich has it since 3.2.0)"), *reasons]
        names = [shown_name(condition) for condition in query.conditions if not is_in_filter(condition)]
        unsaid = f"Immich {self.version} would ignore {{!r}} ('filter' does not surely say it)"
        return [*((name, unsaid.format(name)) for name in names), *reasons]

    def _unsupported(self, condition: Condition) -> Iterator[tuple[str, str]]:
        name, value = as_flat(condition) or (condition.field, ())
        releases = FIELDS.get(name, ALWAYS)
        if not isinstance(value, tuple):
            # Of two reasons, the narrower one is given: null tags came ten releases after tags.
            releases = VALUES.get((name, value), releases)
        if self.version not in releases:
            shown = name if name in FIELDS and self.version not in FIELDS[name] else f"{name}: {_json(value)}"
            yield name, f"Immich {self.version} would ignore {shown!r} ({releases})"

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """Returns an explanation for each of these fields of assets that this version does not return."""
        return [
            f"Immich {self.version} does not return {name!r} ({ASSET_FIELDS[name]}){INSTEAD.get(name, '')}"
            for name in sorted(names)
            if name in ASSET_FIELDS and self.version not in ASSET_FIELDS[name]
        ]

    def returns(self, name: str) -> bool:
        """Returns whether records have a field in this version."""
        return self.version in ASSET_FIELDS.get(name, ALWAYS)

    def visibility_filter(self, visibility: Visibility) -> dict[str, object]:
        """Returns the flat fields that restrict a search to a visibility."""
        if self.has_visibility:
            return {"visibility": visibility.value}
        if visibility is Visibility.HIDDEN:
            return {"isVisible": False, "withArchived": True}
        return {"isVisible": True, "isArchived": visibility is Visibility.ARCHIVE}


def _json(value: Value) -> str:
    return "null" if value is None else str(value).lower()
