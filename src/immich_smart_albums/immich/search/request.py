"""One query in one visibility, as requests to this server version."""

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
    """Asks for pages, and holds every record against the query; what records leave open, the server is tested for."""

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
        """What comes back is held against the query. With `verified`, a search that finds no less, against that one.

        Then people are not asked for: that the server heard whom it is asked for is left to a control.
        """
        self._http = http
        self._capabilities = capabilities
        self._controls = controls
        self.orders_ties = capabilities.orders_ties
        self._query = query
        self._visibility = visibility
        self._path = f"/search/{query.kind.value}"
        self._recheck = AnswerVerifier(
            verified or query, visibility, own_id, capabilities, asks_for_people=verified is None
        )
        wanted = ASSET_FIELDS | fields | self._recheck.fields
        self._fields = frozenset(wanted)
        self._must_have = frozenset(name for name in wanted if name in FROM_SEARCH and capabilities.returns(name)) - {
            "exifInfo"
        }
        self._must_have_exif = (
            frozenset(name.partition(".")[2] for name in wanted if name.startswith("exifInfo.")) & EXIF
        )
        self._wire = search_body(query, visibility, capabilities)
        self._is_joined = capabilities.joins_exif and not self._wire.is_filter
        self._early: frozenset[str] = frozenset()
        """Photos that are shown with a later year than they have, if any were noticed."""
        self._options: dict[str, object] = {}
        if any(field.startswith("exifInfo") for field in wanted):
            self._options["withExif"] = True
        if "people" in wanted and query.kind is Kind.METADATA:
            self._options["withPeople"] = True
        self.window = self._wire.window

    def fetch(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        """Returns one page, newest first."""
        return self.ask(window, page=page, size=size, order="desc", cursor=cursor)

    def ask(
        self, window: Window, *, page: int = 1, size: int, order: str | None = None, cursor: str | None = None
    ) -> Page:
        """Returns one page whose records hold against the query; raises ServerError.

        A search by `filter` goes on from the `cursor` of the page before; a flat one counts pages.
        """
        answer = with_true_years(self._read(window, page=page, size=size, order=order, cursor=cursor), self._early)
        self._check_fields(answer.records)
        if any(map(may_be_early, answer.records)) and self._is_odd(answer, window, order):
            self._early |= self._early_ones(window)
            answer = with_true_years(answer, self._early)
        left = self._recheck(answer.records)
        self._check_narrowing(answer.records)
        for open_one, record in left.items():
            self._test(open_one, record)
        return answer

    def _read(self, window: Window, *, page: int = 1, size: int, order: str | None, cursor: str | None = None) -> Page:
        """One page as it is answered."""
        body = self._wire.page(window, page, order, cursor) | self._options | {"size": size}
        request, is_filter = f"POST {self._path}", self._wire.is_filter
        return decode_page(self._http.post(self._path, body), self._fields, size, request, is_filter=is_filter)

    def _is_odd(self, page: Page, window: Window, order: str | None) -> bool:
        """Whether a page is not as it was asked for, by the years that it shows."""
        try:
            self._recheck(page.records)
        except Untrustworthy:
            return True
        if order is not None and page.instants != sorted(page.instants, reverse=order == "desc"):
            return True
        return window.before is not None and any(taken > window.before for taken in page.instants)

    def _early_ones(self, window: Window) -> frozenset[str]:
        """The photos of this search that were taken before the year 100.

        None of them where the server does not show by its answers that it understands what is asked.
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
        """What it asks to be shown of each asset beside its own fields: `exifInfo`, `people`."""
        return frozenset(_SHOWN[option] for option in self._options)

    def describe(self) -> str:
        """Returns the query, for messages."""
        return self._query.describe()

    def _test(self, left_open: Condition, record: Record) -> None:
        if left_open is OR:
            self._controls.choice(self._visibility)
        elif self._wire.is_filter:
            is_choice = left_open not in self._query.where
            self._controls.condition(self._visibility, left_open, record, is_choice=is_choice)
        else:
            self._controls.filter(self._query, self._visibility, left_open, record)

    def _check_narrowing(self, records: list[Record]) -> None:
        """Where a filter that widens a search may have been dropped, see that it is heard."""
        for name, value in self._recheck.narrowing:
            if name in {"withDeleted", "withArchived"}:
                shown = "isTrashed" if name == "withDeleted" else "isArchived"
                if not any(record.get(shown) for record in records):
                    self._controls.reach(self._query, self._visibility, name)
            elif not records:
                self._controls.echo(self._query, self._visibility, name, value)

    def _check_fields(self, records: list[Record]) -> None:
        """Whatever this version returns, and was asked for, must be there: nothing is concluded from what is not."""
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
        """A flat search leaves out photos without EXIF since 1.125; others show none for them, but some for others."""
        without = [record for record in records if not record.get("exifInfo")]
        if not without or (len(without) < len(records) and not self._is_joined):
            return
        if self._wire.is_filter:
            self._controls.exif()
        else:
            raise self._lacking(without[0], "exifInfo")

    def _check_people(self, records: list[Record]) -> None:
        """A search that asks for people shows them on some photo, or a control does."""
        people = [person for record in records for person in record["people"]]
        if any("id" not in person or "name" not in person for person in people):
            raise self._lacking(records[0], "id and name of people")
        # From 1.125 to 2.4 a search by people shows them in any case.
        tells = self._capabilities.shows_whom_it_finds or self._query.get("personIds", "all") is None
        if not records or (people and tells):
            return
        self._controls.people(is_filter=self._wire.is_filter)

    def _lacking(self, record: Record, names: str) -> Untrustworthy:
        message = f"the server returned asset {record['id']} for {self.describe()} without {names}"
        hint = "Something on the way seems to change requests or answers, so nothing of them is used."
        return Untrustworthy(message, hint=hint)
