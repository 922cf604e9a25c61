"""The requests of one query in one visibility, for this server version."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.bodies import search_body
from immich_smart_albums.immich.search.early_years import BEFORE_ALL, LAST, may_be_early, with_true_years
from immich_smart_albums.immich.search.page import decode_page
from immich_smart_albums.immich.search.scan import PAGE_SIZE, Window
from immich_smart_albums.immich.search.verify import OR, AnswerVerifier
from immich_smart_albums.model.asset import ASSET_FIELDS
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.local_filters.asset_shape import EXIF, FROM_SEARCH

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.controls.controls import Controls
    from immich_smart_albums.immich.search.page import Page, Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.condition import Condition
    from immich_smart_albums.model.query import Query, Visibility


_SHOWN = {"withExif": "exifInfo", "withPeople": "people"}


class SearchRequest:
    """Asks for pages, verifies every record, and runs controls for conditions that records do not show."""

    def __init__(  # noqa: PLR0913 - what one search consists of
        self,
        http: Http,
        capabilities: Capabilities,
        controls: Controls,
        query: Query,
        visibility: Visibility,
        fields: frozenset[str],
        own_id: str | None,
        verified: Query | None = None,
    ) -> None:
        """Verify records against the query, or against `verified`, a query that finds no less.

        With `verified`, people are not asked for; a control shows whether the server obeys conditions on people.
        """
        self._http = http
        self._capabilities = capabilities
        self._controls = controls
        self.orders_ties = capabilities.orders_ties
        self._query = query
        self._visibility = visibility
        self._path = f"/search/{query.kind.value}"
        self._verifier = AnswerVerifier(
            verified or query, visibility, own_id, capabilities, asks_for_people=verified is None
        )
        wanted = ASSET_FIELDS | fields | self._verifier.fields
        self._fields = frozenset(wanted)
        self._must_have = frozenset(name for name in wanted if name in FROM_SEARCH and capabilities.returns(name)) - {
            "exifInfo"
        }
        self._must_have_exif = (
            frozenset(name.partition(".")[2] for name in wanted if name.startswith("exifInfo.")) & EXIF
        )
        self._body = search_body(query, visibility, capabilities)
        self._is_joined = capabilities.joins_exif and not self._body.is_filter
        self._early: frozenset[str] = frozenset()
        """Photos that were noticed to have a later year in answers than in truth."""
        self._options: dict[str, object] = {}
        if any(field.startswith("exifInfo") for field in wanted):
            self._options["withExif"] = True
        if "people" in wanted and query.kind is Kind.METADATA:
            self._options["withPeople"] = True
        self.window = self._body.window

    def fetch(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        """Returns one page, newest first."""
        return self.ask(window, page=page, size=size, order="desc", cursor=cursor)

    def ask(
        self, window: Window, *, page: int = 1, size: int, order: str | None = None, cursor: str | None = None
    ) -> Page:
        """Returns one page of verified records. Raises ServerError.

        A search by `filter` continues from the `cursor` of the page before; a flat one counts pages.
        """
        answer = with_true_years(self._read(window, page=page, size=size, order=order, cursor=cursor), self._early)
        self._check_fields(answer.records)
        if any(map(may_be_early, answer.records)) and self._is_odd(answer, window, order):
            self._early |= self._early_ones(window)
            answer = with_true_years(answer, self._early)
        left = self._verifier.verify(answer.records)
        self._check_narrowing(answer.records)
        for condition, record in left.items():
            self._test(condition, record)
        return answer

    def _read(self, window: Window, *, page: int = 1, size: int, order: str | None, cursor: str | None = None) -> Page:
        """One page, not verified."""
        body = self._body.page(window, page, order, cursor) | self._options | {"size": size}
        request, is_filter = f"POST {self._path}", self._body.is_filter
        return decode_page(self._http.post(self._path, body), self._fields, size, request, is_filter=is_filter)

    def _is_odd(self, page: Page, window: Window, order: str | None) -> bool:
        """Whether a page seems not to fit the request, perhaps because of wrong years."""
        try:
            self._verifier.verify(page.records)
        except Untrustworthy:
            return True
        if order is not None and page.instants != sorted(page.instants, reverse=order == "desc"):
            return True
        return window.before is not None and any(taken > window.before for taken in page.instants)

    def _early_ones(self, window: Window) -> frozenset[str]:
        """The photos of this search that were taken before the year 100.

        Empty if answers do not prove that the server obeys the window.
        """
        if window.after is not None:
            return frozenset()  # it would not return them
        order = "desc" if self._query.kind is Kind.METADATA else None
        if self._read(window.until(BEFORE_ALL), size=1, order=order).records:
            return frozenset()
        page = self._read(window.until(LAST), size=PAGE_SIZE, order=order)
        is_whole = not page.has_more and all(map(may_be_early, page.records))
        return frozenset(record["id"] for record in page.records) if is_whole else frozenset()

    @property
    def asks_for(self) -> frozenset[str]:
        """The parts of records that it asks for: `exifInfo`, `people`."""
        return frozenset(_SHOWN[option] for option in self._options)

    def describe(self) -> str:
        """Returns the query, for messages."""
        return self._query.describe()

    def _test(self, condition: Condition, record: Record) -> None:
        if condition is OR:
            self._controls.choice(self._visibility)
        elif self._body.is_filter:
            is_choice = condition not in self._query.where
            self._controls.condition(self._visibility, condition, record, is_choice=is_choice)
        else:
            self._controls.filter(self._query, self._visibility, condition, record)

    def _check_narrowing(self, records: list[Record]) -> None:
        """Run controls for filters that widen the search, unless records show that the server obeys them."""
        for name, value in self._verifier.narrowing:
            if name in {"withDeleted", "withArchived"}:
                shown = "isTrashed" if name == "withDeleted" else "isArchived"
                if not any(record.get(shown) for record in records):
                    self._controls.reach(self._query, self._visibility, name)
            elif not records:
                self._controls.echo(self._query, self._visibility, name, value)

    def _check_fields(self, records: list[Record]) -> None:
        """Raise Untrustworthy if a record lacks a field that was asked for and that this version returns."""
        must_have, must_have_exif = self._must_have, self._must_have_exif
        for record in records:
            if not must_have <= record.keys():
                raise self._lacking(record, ", ".join(sorted(must_have - record.keys())))
            exif = record.get("exifInfo")
            if exif is not None and not must_have_exif <= exif.keys():
                raise self._lacking(
                    record, ", ".join(f"exifInfo.{name}" for name in sorted(must_have_exif - exif.keys()))
                )
        if "withExif" in self._options:
            self._check_exif(records)
        if "withPeople" in self._options:
            self._check_people(records)

    def _check_exif(self, records: list[Record]) -> None:
        """Raise Untrustworthy if EXIF is missing. Since 1.125 flat searches with EXIF find no photo without it."""
        without = [record for record in records if not record.get("exifInfo")]
        if not without or (len(without) < len(records) and not self._is_joined):
            return
        if self._body.is_filter:
            self._controls.exif()
        else:
            raise self._lacking(without[0], "exifInfo")

    def _check_people(self, records: list[Record]) -> None:
        """Run the control for people, unless a record shows that the server returns them."""
        people = [person for record in records for person in record["people"]]
        if any("id" not in person or "name" not in person for person in people):
            raise self._lacking(records[0], "id and name of people")
        # From 1.125 to 2.4 a search by people shows them in any case.
        tells = self._capabilities.shows_whom_it_finds or self._query.get("personIds", "all") is None
        if not records or (people and tells):
            return
        self._controls.people(is_filter=self._body.is_filter)

    def _lacking(self, record: Record, names: str) -> Untrustworthy:
        message = f"the server returned asset {record['id']} for {self.describe()} without {names}"
        hint = "Something on the way seems to change requests or answers, so nothing of them is used."
        return Untrustworthy(message, hint=hint)
