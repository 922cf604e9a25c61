"""Lists of a server: its version, the key and its user, people, tags, albums, months."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import NoAccess, NotImmich, ServerError, Untrustworthy
from immich_smart_albums.immich.album_lists import UserRecord, list_albums, list_albums_with
from immich_smart_albums.immich.http.responses import decode, unexpected
from immich_smart_albums.immich.versions import FIRST_UNKNOWN, Capabilities
from immich_smart_albums.model.album import Album, Person, Tag, User
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.version import OLDEST, Version

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http


PEOPLE_PAGE = 1000
MOST_READINGS = 20


class _Version(msgspec.Struct):
    major: int
    minor: int
    patch: int


class _PersonRecord(msgspec.Struct):
    id: str
    name: str
    isHidden: bool  # noqa: N815 - Immich's name


class _PeoplePage(msgspec.Struct):
    people: list[_PersonRecord]
    hidden: int
    hasNextPage: bool | msgspec.UnsetType = msgspec.UNSET  # noqa: N815 - Immich's name

    def has_more(self, size: int) -> bool:
        """Whether more people follow. Without `hasNextPage`, a page of `size` people is not taken for the last one."""
        return len(self.people) >= size if self.hasNextPage is msgspec.UNSET else self.hasNextPage


class _Key(msgspec.Struct):
    permissions: list[str]


class _Tag(msgspec.Struct):
    id: str
    value: str


class _Bucket(msgspec.Struct):
    timeBucket: str  # noqa: N815 - Immich's name
    count: int


class _Partner(UserRecord, kw_only=True):
    inTimeline: bool  # noqa: N815 - Immich's name


def read_version(http: Http) -> Capabilities:
    """Returns the capabilities of the server's version (`GET /server/version`, which needs no key).

    Raises NotImmich for a server that is older or newer than this tool knows.
    """
    answer = decode(http.get("/server/version"), _Version, "GET /server/version")
    version = Version(answer.major, answer.minor, answer.patch)
    if version < OLDEST:
        raise NotImmich(f"the server is Immich {version}", hint=f"This tool needs Immich {OLDEST} or later.")
    if version >= FIRST_UNKNOWN:
        hint = f"This release does not know how Immich {FIRST_UNKNOWN} and later are searched; update this tool."
        raise NotImmich(f"the server is Immich {version}", hint=hint)
    return Capabilities(version)


class Directory:
    """Fits `operations.ports.directory.Directory`."""

    def __init__(self, http: Http, capabilities: Capabilities) -> None:
        self._http = http
        self._capabilities = capabilities
        self._lock = threading.Lock()
        self._me: User | None = None
        self._months: list[Month] | None = None

    def me(self) -> User:
        """Returns the account of the key (`GET /users/me`). Raises MissingPermission without `user.read`."""
        with self._lock:
            if self._me is None:
                answer = decode(self._http.get("/users/me"), UserRecord, "GET /users/me")
                self._me = User(answer.id, answer.name, answer.email)
            return self._me

    def permissions(self) -> frozenset[str] | None:
        """Returns the key's permissions, "all" or names (`GET /api-keys/me`).

        None if the server cannot say (before 1.139).
        """
        if not self._capabilities.has_key_info:
            return None
        return frozenset(decode(self._http.hint("/api-keys/me"), _Key, "GET /api-keys/me").permissions)

    def people(self) -> list[Person]:
        """Returns all people that the account sees (`GET /people`), hidden ones too.

        People on archived photos only are not listed. Immich sorts people by their number of photos, with ties in
        random order, so that pages may repeat some people and lose as many. Then the list is read again, with another
        page size. Raises Untrustworthy if people are still missing in the end.
        """
        people: dict[str, Person] = {}
        rows: list[_PersonRecord] = []
        for turn in range(MOST_READINGS):
            rows = self._read_people(PEOPLE_PAGE - 7 * turn)
            people.update((row.id, Person(row.id, row.name, row.isHidden)) for row in rows)
            if len(people) >= len(rows):
                return list(people.values())
        message = f"GET /people: the pages repeat people and leave out others ({len(people)} of {len(rows)} seen)"
        raise Untrustworthy(message, hint="Try again when no faces are being recognised.")

    def _read_people(self, size: int) -> list[_PersonRecord]:
        rows: list[_PersonRecord] = []
        number, has_more, hidden = 1, True, 0
        while has_more:
            parameters = {"page": str(number), "size": str(size), "withHidden": "true"}
            answer = decode(self._http.get("/people", parameters), _PeoplePage, "GET /people")
            has_more, hidden = answer.has_more(size), answer.hidden
            if has_more and {person.id for person in answer.people} <= {row.id for row in rows}:
                message = "GET /people: a page brings nobody new and says that more follow"
                raise Untrustworthy(message, hint="Something on the way seems to ignore which page is asked for.")
            rows += answer.people
            number += 1
        if hidden and not any(person.isHidden for person in rows):
            message = f"GET /people: {hidden} people are hidden, and none of them is listed"
            raise Untrustworthy(
                message, hint="Something on the way seems to drop that hidden people are asked for, too."
            )
        return rows

    def people_named(self, name: str) -> list[Person]:
        """Returns people with such a name, and similar ones (`GET /search/person`), hidden ones too.

        Unlike `people`, they may be on archived photos only. Raises Untrustworthy for so many that the server may have
        left out some.
        """
        parameters = {"name": name, "withHidden": "true"}
        answer = decode(self._http.get("/search/person", parameters), list[_PersonRecord], "GET /search/person")
        if len(answer) >= self._capabilities.most_people_by_name:
            message = f"GET /search/person: {len(answer)} people are named like {name!r}, and the server shows no more"
            raise Untrustworthy(message, hint="Name the person by the id in the address of its page.")
        return [Person(person.id, person.name, person.isHidden) for person in answer]

    def has_person(self, person_id: str) -> bool:
        """Returns whether the account has a person that the list may leave out (`GET /people/{id}`)."""
        try:
            self._http.get(f"/people/{person_id}")
        except NoAccess:
            return False
        return True

    def has_asset(self, asset_id: str) -> bool:
        """Returns whether the account may see an asset (`GET /assets/{id}`)."""
        try:
            self._http.get(f"/assets/{asset_id}")
        except NoAccess:
            return False
        return True

    def tags(self) -> list[Tag]:
        """Returns all tags of the account (`GET /tags`)."""
        return [Tag(tag.id, tag.value) for tag in decode(self._http.get("/tags"), list[_Tag], "GET /tags")]

    def users(self) -> list[User]:
        """Returns the users of the server that the account sees (`GET /users`).

        Raises MissingPermission without `user.read`.
        """
        answer = decode(self._http.get("/users"), list[UserRecord], "GET /users")
        return [User(user.id, user.name, user.email) for user in answer]

    def partners(self, *, is_hint: bool = False) -> list[User]:
        """Returns the partners whose photos the timeline shows (`GET /partners`); see the port."""
        ask = self._http.hint if is_hint else self._http.get
        body = ask("/partners", {"direction": "shared-with"})
        answer = decode(body, list[_Partner], "GET /partners")
        return [User(partner.id, partner.name, partner.email) for partner in answer if partner.inTimeline]

    def albums(self) -> list[Album]:
        """Returns all albums that the account owns or that are shared with it, each once."""
        return list_albums(self._http, self._capabilities, self._own_id)

    def albums_with(self, asset_id: str) -> list[Album]:
        """Returns the albums of the account that an asset is in."""
        return list_albums_with(self._http, asset_id, self._own_id)

    def months(self) -> list[Month]:
        """Returns how many assets each month of the timeline has (`GET /timeline/buckets`).

        Raises Untrustworthy for an answer that cannot be read.
        """
        with self._lock:
            if self._months is None:
                parameters = None if self._capabilities.has_columnar_buckets else {"size": "MONTH"}
                body = self._http.hint("/timeline/buckets", parameters)
                answer = decode(body, list[_Bucket], "GET /timeline/buckets")
                try:
                    self._months = [Month(to_milliseconds(bucket.timeBucket), bucket.count) for bucket in answer]
                except ValueError as error:
                    raise unexpected("GET /timeline/buckets", error) from None
            return self._months

    def photos_by_year(self) -> dict[int, int]:
        """See `Directory.photos_by_year` of the operations."""
        years: Counter[int] = Counter()
        for month in self.months():
            years[int(from_milliseconds(month.begins)[:4])] += month.count
        return dict(years)

    def _own_id(self) -> str | None:
        """The account's id. None if it could not be asked for; roles in shared albums are then not known."""
        try:
            return self.me().id
        except ServerError:
            return None


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the timeline: when it begins, in ms since 1970, and how many assets it has."""

    begins: int
    count: int
