"""Putting the server to the test: did it hear a property that its records do not show?

Each control is a small request whose answer is known beforehand if the property is heard, and differs if it was
dropped. It is sent once in a run for each property and kind of search, and only where a search depends on it.
"""

from __future__ import annotations

import threading
from base64 import b64encode
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING, Protocol
from uuid import UUID, uuid4

import msgspec

from immich_smart_albums.errors import NoAccess, Untrustworthy
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.immich.search.page import decode_page
from immich_smart_albums.immich.search.properties import NEGATIONS, PROPERTIES, control_of
from immich_smart_albums.immich.search.verify import AnswerVerifier
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import ONLY_SMART, Control, Proof, Type
from immich_smart_albums.model.search_fields import BY_NAME, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping

    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Condition, Value

EVER = "1970-01-01T00:00:00.000Z"
_NEVER = {"After": "9999-01-01T00:00:00.000Z", "Before": "0001-01-01T00:00:00.000Z"}
_RANKED = frozenset(row.name for row in ROWS if row.kinds == ONLY_SMART)
_MOST_ALBUMS = 20
_MOST_MEMBERS = 10
_MOST_PEOPLE = 10
_PAGE = 1000
_SHOWN = frozenset({"id", "fileCreatedAt", "people", "exifInfo"})

Body = dict[str, object]


class Put(Protocol):
    """How one kind of search is put to the test."""

    @property
    def name(self) -> str:
        """What is asked, for messages."""
        ...

    def finds(self, filters: Mapping[str, object]) -> bool:
        """Whether it finds anything under some filters, or is allowed to look there at all."""
        ...

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Whether it finds one photo under some filters."""
        ...


class _Person(msgspec.Struct):
    id: str


class _People(msgspec.Struct):
    people: list[_Person]


class _Stack(msgspec.Struct):
    assets: list[dict[str, object]]


class _Total(msgspec.Struct):
    total: int


class _WithAssets(msgspec.Struct):
    assets: list[dict[str, object]]


@dataclass(slots=True)
class _Verdict:
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_settled: bool = False
    error: Untrustworthy | None = None


class Controls:
    """The controls of one server and key, each at most once in a run."""

    def __init__(
        self, http: Http, capabilities: Capabilities, directory: Directory, new_id: Callable[[], UUID] = uuid4
    ) -> None:
        self._http = http
        self._capabilities = capabilities
        self._directory = directory
        self._new_id = new_id
        self._lock = threading.Lock()
        self._verdicts: dict[Hashable, _Verdict] = {}

    # -- what searches depend on --------------------------------------------------------------------------------

    def filter(self, query: Query, visibility: Visibility, name: str, value: Value, record: Record) -> None:
        """Raise Untrustworthy where a flat search drops a filter that a photo it found does not show."""
        search = _Flat(self._http, query, self._capabilities.visibility_filter(visibility))
        if PROPERTIES[name].control in {Control.ALBUM, Control.STACK}:
            run = partial(self._outside_anywhere, query, visibility, name)
        else:
            run = partial(self._filter, search, visibility, name, value, record)
        self._once((query.kind, name), run)

    def reach(self, query: Query, visibility: Visibility, name: str) -> None:
        """Raise Untrustworthy where a search does not look where a property tells it to."""
        if name == "withArchived":
            narrow: Body = {"isVisible": False, "isArchived": True}
            wide: Body = {"isVisible": False, "withArchived": True}
        else:
            # Since 3.0 the trash of all visibilities is looked at together.
            shown = (
                {} if self._capabilities.defaults_to_everything else self._capabilities.visibility_filter(visibility)
            )
            narrow, wide = {**shown, "trashedAfter": EVER}, {**shown, name: True}
        search = _Flat(self._http, query, {})
        self._once((query.kind, name), partial(self._reach, search, name, narrow, wide))

    def condition(self, visibility: Visibility, condition: Condition, record: Record, *, is_choice: bool) -> None:
        """Raise Untrustworthy where a structured search drops a condition that a photo it found does not show.

        One of a branch need not hold for the photo: another branch may have found it.
        """
        control = control_of(condition.field, condition.operator)
        search = _Structured(self._http, visibility)
        if control is Control.APART:
            name = f"filter.{condition.field}"
            one: Body = {condition.field: {"eq": condition.value}}
            other: Body = {condition.field: {"eq": not condition.value}}
            if is_choice:
                run = partial(self._apart, search, name, (other, one), record)
            else:
                run = partial(self._absent, search, name, other, record)
        else:
            run = partial(self._empty, search, f"filter.{condition.field}.{condition.operator}", self._vain(condition))
        self._once(_key("filter", condition, control), run)

    def choice(self, visibility: Visibility) -> None:
        """Raise Untrustworthy where a structured search drops its branches."""
        vain = {"or": [{"id": {"eq": self._id()}}]}
        self._once("filter.or", partial(self._empty, _Structured(self._http, visibility), "filter.or", vain))

    def people(self, *, is_structured: bool) -> None:
        """Raise Untrustworthy where a search that asks for people does not show them."""
        self._once(("people", is_structured), self._structured_people if is_structured else self._flat_people)

    def exif(self) -> None:
        """Raise Untrustworthy where a structured search that asks for EXIF does not show it."""
        self._once("exif", self._exif)

    def echo(self, query: Query, visibility: Visibility, name: str, value: Value) -> None:
        """Raise Untrustworthy where a search that found nothing drops the filter that lets it look further.

        The same filter alone must find nothing but photos that it is about.
        """
        filters = () if name == "visibility" else ((name, value),)
        alone = Query(query.kind, tuple(filter_ for filter_ in query.filters if filter_[0] in _RANKED) + filters)
        recheck = AnswerVerifier(alone, visibility, None, self._capabilities)
        search = _Flat(self._http, query, self._capabilities.visibility_filter(visibility))
        self._once((query.kind, "echo", name, value), partial(_echoed, search, dict(filters), recheck))

    # -- what counts depend on ----------------------------------------------------------------------------------

    def count_filter(self, visibility: Visibility, name: str, value: Value) -> None:
        """Raise Untrustworthy where a count drops a flat filter."""
        shown = {} if name == "visibility" else self._capabilities.visibility_filter(visibility)
        count = _Count(self._http, shown, is_structured=False)
        record: Record = {}
        self._once(("count", name), partial(self._filter, count, visibility, name, value, record))

    def count_condition(self, visibility: Visibility, condition: Condition) -> None:
        """Raise Untrustworthy where a count drops a condition of a structured search."""
        control = control_of(condition.field, condition.operator)
        count = _Count(self._http, {"visibility": {"eq": visibility.value}}, is_structured=True)
        name = f"filter.{condition.field}"
        if control is Control.APART:
            values: list[Body] = [{condition.field: {"eq": value}} for value in (True, False)]
            run = partial(_counts_apart, count, name, values)
        else:
            run = partial(self._empty, count, f"{name}.{condition.operator}", self._vain(condition))
        self._once(_key("count", condition, control), run)

    def count_places(self, visibility: Visibility) -> None:
        """Raise Untrustworthy where a count of a structured search drops where photos are shown, or its branches."""
        other = "archive" if visibility.value == "timeline" else "timeline"
        count = _Count(self._http, {}, is_structured=True)
        vain: Body = {"visibility": {"eq": visibility.value, "in": [other]}}
        self._once("count.visibility", partial(self._empty, count, "filter.visibility", vain))

    def count_choice(self, visibility: Visibility) -> None:
        """Raise Untrustworthy where a count of a structured search drops its branches."""
        count = _Count(self._http, {"visibility": {"eq": visibility.value}}, is_structured=True)
        vain: Body = {"or": [{"id": {"eq": self._id()}}]}
        self._once("count.or", partial(self._empty, count, "filter.or", vain))

    # -- the controls -------------------------------------------------------------------------------------------

    def _filter(self, search: Put, visibility: Visibility, name: str, value: Value, record: Record) -> bool:
        match PROPERTIES[name].control:
            case Control.APART if isinstance(search, _Count):
                return _counts_apart(search, name, [{name: value} for value in PROPERTIES[name].values])
            case Control.APART:
                other = next(candidate for candidate in PROPERTIES[name].values if candidate != value)
                return self._absent(search, name, {name: other}, record)
            case Control.ALBUM:
                return self._outside(search, name, {name: True}, self._in_albums(visibility))
            case _:
                return self._empty(search, name, {name: self._nothing(name)})

    def _empty(self, search: Put, name: str, vain: Mapping[str, object]) -> bool:
        if search.finds(vain):
            raise _dropped(search.name, name)
        return True

    def _absent(self, search: Put, name: str, filters: Mapping[str, object], record: Record) -> bool:
        if search.finds_photo(filters, record):
            raise _dropped(search.name, name)
        return True

    def _apart(self, search: Put, name: str, values: tuple[Body, Body], record: Record) -> bool:
        """One photo cannot be found under both of two values that no photo has at once."""
        if all(search.finds_photo(filters, record) for filters in values):
            raise _dropped(search.name, name)
        return True

    def _reach(self, search: _Flat, name: str, narrow: Body, wide: Body) -> bool:
        """Not settled where there is nothing to be reached."""
        for photo in search.ask(narrow, 1):
            if not search.finds_photo(wide, photo):
                raise _dropped(search.name, name)
            return True
        return False

    def _outside_anywhere(self, query: Query, visibility: Visibility, name: str) -> bool:
        """What is in albums and stacks is on the timeline, most likely, wherever the search looks."""
        for place in dict.fromkeys((Visibility.TIMELINE, visibility)):
            search = _Flat(self._http, query, self._capabilities.visibility_filter(place))
            is_album = PROPERTIES[name].control is Control.ALBUM
            photos = self._in_albums(place) if is_album else self._in_stacks()
            if self._outside(search, name, {name: is_album}, photos):
                return True
        return False

    def _outside(self, search: Put, name: str, filters: Body, photos: Iterator[Record]) -> bool:
        """Of photos that the filters must leave out, the first that is found without them. Not settled without one."""
        for photo in photos:
            if search.finds_photo({}, photo):
                return self._absent(search, name, filters, photo)
        return False

    def _in_albums(self, visibility: Visibility) -> Iterator[Record]:
        """Photos in albums that searches without filters find: not those that others put there."""
        shown = self._capabilities.visibility_filter(visibility)
        filled = sorted(self._directory.albums(), key=lambda album: -album.asset_count)
        for album in [album for album in filled if album.asset_count][:_MOST_ALBUMS]:
            for photo in self._members(album.id, shown):
                if _page(self._http, "/search/metadata", {**shown, "id": photo["id"], "size": 1}):
                    yield photo

    def _members(self, album_id: str, shown: Mapping[str, object]) -> list[Record]:
        if self._capabilities.searches_by_album:
            body: Body = {**shown, "albumIds": [album_id], "size": _MOST_MEMBERS}
            return _page(self._http, "/search/metadata", body)
        path = f"/albums/{album_id}"
        return decode(self._http.get(path), _WithAssets, f"GET {path}").assets[:_MOST_MEMBERS]

    def _in_stacks(self) -> Iterator[Record]:
        for stack in decode(self._http.get("/stacks"), list[_Stack], "GET /stacks")[:_MOST_ALBUMS]:
            yield from stack.assets

    def _flat_people(self) -> bool:
        parameters = {"page": "1", "size": str(_MOST_PEOPLE), "withHidden": "true"}
        answer = decode(self._http.get("/people", parameters), _People, "GET /people")
        for person in answer.people[:_MOST_PEOPLE]:
            photos = _page(self._http, "/search/metadata", {"personIds": [person.id], "size": _MOST_MEMBERS})
            if photos:
                # Up to 2.4 a search by people shows them in any case, so each is looked at by its id.
                return _shows("people", chain.from_iterable(self._with_people(str(photo["id"])) for photo in photos))
        return not answer.people

    def _with_people(self, asset_id: str) -> list[Record]:
        return _page(self._http, "/search/metadata", {"id": asset_id, "withPeople": True, "size": 1})

    def _structured_people(self) -> bool:
        body: Body = {"filter": {"hasPeople": {"eq": True}}, "withPeople": True, "size": _MOST_MEMBERS}
        return _shows("people", _page(self._http, "/search/metadata", body))

    def _exif(self) -> bool:
        body: Body = {"filter": {"fileSizeInBytes": {"gte": 0}}, "withExif": True, "size": _MOST_MEMBERS}
        return _shows("exifInfo", _page(self._http, "/search/metadata", body))

    # -- values and verdicts ------------------------------------------------------------------------------------

    def _id(self) -> str:
        return str(self._new_id())

    def _nothing(self, name: str) -> object:
        """A value of a flat filter that no photo has."""
        for end, moment in _NEVER.items():
            if name.endswith(end):
                return moment
        row = BY_NAME.get(name)
        if row is not None and row.type is Type.IDS:
            return [self._id()]
        if row is not None and row.proof is Proof.CHECKSUM:
            return b64encode(self._new_id().bytes + self._new_id().bytes[:4]).decode()
        return self._id()

    def _vain(self, condition: Condition) -> Body:
        """A filter around an operator that nothing passes."""
        name, operator = condition.field, condition.operator
        row = BY_NAME[name]
        if operator in NEGATIONS:
            value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
            return {name: {operator: value, NEGATIONS[operator]: value}}
        nothing: object
        if row.type in {Type.RATING, Type.NUMBER}:
            nothing = -1000 if operator in {"lt", "lte"} else 1000 if row.type is Type.RATING else 2**52
        elif row.type is Type.DATE:
            nothing = _NEVER["Before" if operator in {"lt", "lte"} else "After"]
        elif row.type is Type.ASSET_TYPE:
            # One word of four: what is asked for together with its opposite.
            value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
            return {name: {operator: value, "ne" if operator == "eq" else "notIn": value}}
        else:
            nothing = self._nothing(name if row.proof is Proof.CHECKSUM else "")
        return {name: {operator: [nothing] if operator in {"in", "any", "all"} else nothing}}

    def _verdict(self, key: Hashable) -> _Verdict:
        with self._lock:
            return self._verdicts.setdefault(key, _Verdict())

    def _once(self, key: Hashable, run: Callable[[], bool]) -> None:
        """Run a control unless it is settled. One that could not be made is made again when it is next needed."""
        verdict = self._verdict(key)
        with verdict.lock:
            if verdict.error is not None:
                raise Untrustworthy(verdict.error.message, hint=verdict.error.hint)
            if not verdict.is_settled:
                try:
                    verdict.is_settled = run()
                except Untrustworthy as error:
                    verdict.error = error
                    raise


class _Flat:
    """A flat search. A smart one has no filter by id, so a photo is looked for at its instant."""

    def __init__(self, http: Http, query: Query, shown: Mapping[str, object]) -> None:
        self._http = http
        self._is_smart = query.kind is Kind.SMART
        self.path = f"/search/{query.kind.value}"
        self.name = f"POST {self.path}"
        ranked = {name: value for name, value in query.filters if name in _RANKED}
        self.base: Body = {**ranked, **shown}

    def finds(self, filters: Mapping[str, object]) -> bool:
        return bool(self.ask(filters, 1))

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        if not self._is_smart:
            return bool(self.ask({**filters, "id": record["id"]}, 1))
        body: Body = {**filters, **_at(record)}
        seen: set[object] = set()
        for number in count(1):
            ids = {photo["id"] for photo in self.ask(body if number == 1 else {**body, "page": number}, _PAGE)}
            # Pages that bring nothing new were not heard, and say nothing of what else there is.
            if record["id"] in ids or (len(ids) == _PAGE and ids <= seen):
                return True
            if len(ids) < _PAGE:
                break
            seen |= ids
        return False

    def ask(self, filters: Mapping[str, object], size: int, fields: frozenset[str] = _SHOWN) -> list[Record]:
        try:
            return _page(self._http, self.path, {**self.base, **filters, "size": size}, fields)
        except NoAccess:
            return []  # an album that is not there is refused: so it was heard


class _Structured:
    """A structured search."""

    name = "POST /search/metadata"

    def __init__(self, http: Http, visibility: Visibility) -> None:
        self._http = http
        self._base: Body = {"visibility": {"eq": visibility.value}}

    def finds(self, filters: Mapping[str, object]) -> bool:
        try:
            return bool(_page(self._http, "/search/metadata", {"filter": {**self._base, **filters}, "size": 1}))
        except NoAccess:
            return False

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        return self.finds({**filters, "id": {"eq": record["id"]}})


class _Count:
    """A count, flat or structured."""

    name = "POST /search/statistics"

    def __init__(self, http: Http, shown: Mapping[str, object], *, is_structured: bool) -> None:
        self._http = http
        self._shown = shown
        self._is_structured = is_structured

    def count(self, filters: Mapping[str, object]) -> int:
        body: Body = {**self._shown, **filters}
        if self._is_structured:
            body = {"filter": body}
        return decode(self._http.post("/search/statistics", body), _Total, self.name).total

    def finds(self, filters: Mapping[str, object]) -> bool:
        return self.count(filters) > 0

    def finds_photo(self, filters: Mapping[str, object], record: Record) -> bool:
        """Whether the filters leave out nothing of the instant of a photo."""
        everything = self.count(_at(record))
        return everything > 0 and (not filters or self.count({**filters, **_at(record)}) >= everything)


def _counts_apart(count: _Count, name: str, filters: list[Body]) -> bool:
    """Two values that no photo has at once: where both have as many as all photos, the filter was dropped."""
    one = count.count(filters[0])
    if one and one == count.count(filters[1]) and one == count.count({}):
        raise _dropped(count.name, name)
    return True


def _echoed(search: _Flat, filters: Body, recheck: AnswerVerifier) -> bool:
    recheck(search.ask(filters, 1, frozenset(recheck.fields)))
    return True


def _page(http: Http, path: str, body: Mapping[str, object], fields: frozenset[str] = _SHOWN) -> list[Record]:
    size = body["size"]
    answer = http.post(path, body)
    size = size if isinstance(size, int) else 1
    return decode_page(answer, fields, size, f"POST {path}", is_structured="filter" in body).records


def _shows(name: str, photos: Iterable[Record]) -> bool:
    """Whether one of some photos that must show something does. Not settled without any."""
    is_empty = True
    for photo in photos:
        if photo.get(name):
            return True
        is_empty = False
    if is_empty:
        return False
    message = f"POST /search/metadata: the server does not show {name}, which was asked for"
    hint = "Something on the way seems to change requests or answers, so nothing of them is used."
    raise Untrustworthy(message, hint=hint)


def _at(record: Record) -> Body:
    """The instant of a photo; the database has microseconds."""
    taken = to_milliseconds(str(record["fileCreatedAt"]))
    return {"takenAfter": from_milliseconds(taken), "takenBefore": from_milliseconds(taken + 1)}


def _key(kind: str, condition: Condition, control: Control) -> Hashable:
    """What is settled for an operator, or, for what must not be, for its value: one that nothing has shows nothing."""
    is_about_value = control is Control.CONTRADICTION or BY_NAME[condition.field].type is Type.ASSET_TYPE
    return kind, condition.field, condition.operator, condition.value if is_about_value else None


def _dropped(request: str, name: str) -> Untrustworthy:
    message = (
        f"{request}: the server drops {name!r}: it finds what this must leave out, or leaves out what it must find"
    )
    hint = "It may be newer than this tool, or something on the way changes requests. Nothing of its answers is used."
    return Untrustworthy(message, hint=hint)
