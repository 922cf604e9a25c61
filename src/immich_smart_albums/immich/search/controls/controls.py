"""Tests whether the server obeys properties of requests that its records do not show.

Each control is a small request whose answer is known beforehand if the server obeys the property, and differs if the
property was dropped. It is sent once in a run for each property and kind of search, and only if a search depends on it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from immich_smart_albums.immich.search.controls.checks import (
    check_absent,
    check_apart,
    check_counts_apart,
    check_echo,
    check_empty,
    check_outside,
    check_reach,
)
from immich_smart_albums.immich.search.controls.impossible import ImpossibleValues
from immich_smart_albums.immich.search.controls.probes import (
    EVER,
    RANKED,
    Body,
    CountSearch,
    FilterSearch,
    FlatSearch,
    Probe,
)
from immich_smart_albums.immich.search.controls.samples import Samples
from immich_smart_albums.immich.search.controls.verdicts import Verdicts
from immich_smart_albums.immich.search.properties import PROPERTIES, control_of
from immich_smart_albums.immich.search.verify import AnswerVerifier
from immich_smart_albums.model.condition import ordered
from immich_smart_albums.model.dialects import as_flat, conditions_of
from immich_smart_albums.model.query import Query, Visibility
from immich_smart_albums.model.search_field import Control, Type
from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.condition import Condition, Value


class Controls:
    """The controls of one server and key, each at most once in a run."""

    def __init__(
        self, http: Http, capabilities: Capabilities, directory: Directory, new_id: Callable[[], UUID] = uuid4
    ) -> None:
        self._http = http
        self._capabilities = capabilities
        self._samples = Samples(http, capabilities, directory)
        self._impossible = ImpossibleValues(new_id)
        self._verdicts = Verdicts()

    # -- what searches depend on --------------------------------------------------------------------------------

    def filter(self, query: Query, visibility: Visibility, condition: Condition, record: Record) -> None:
        """Raise Untrustworthy if a flat search drops a condition that a photo it found does not show."""
        name, value = as_flat(condition) or (condition.field, condition.value is True)
        search = FlatSearch(self._http, query, self._capabilities.visibility_filter(visibility))
        if PROPERTIES[name].control in {Control.ALBUM, Control.STACK}:
            run = partial(self._outside_anywhere, query, visibility, name)
        else:
            run = partial(self._filter, search, visibility, name, value, record)
        self._verdicts.once((query.kind, name), run)

    def reach(self, query: Query, visibility: Visibility, name: str) -> None:
        """Raise Untrustworthy if a search drops a property that widens it."""
        if name == "withArchived":
            narrow: Body = {"isVisible": False, "isArchived": True}
            wide: Body = {"isVisible": False, "withArchived": True}
        else:
            # Since 3.0 the trash of all visibilities is looked at together.
            shown = (
                {} if self._capabilities.defaults_to_everything else self._capabilities.visibility_filter(visibility)
            )
            narrow, wide = {**shown, "trashedAfter": EVER}, {**shown, name: True}
        search = FlatSearch(self._http, query, {})
        self._verdicts.once((query.kind, name), partial(check_reach, search, name, narrow, wide))

    def condition(self, visibility: Visibility, condition: Condition, record: Record, *, is_choice: bool) -> None:
        """Raise Untrustworthy if a search by `filter` drops a condition that a photo it found does not show.

        With `is_choice` the condition is one of a branch. It need not hold for the photo, which another branch may have
        found.
        """
        control = control_of(condition.field, condition.operator)
        search = FilterSearch(self._http, visibility)
        if control is Control.APART:
            name = f"filter.{condition.field}"
            one: Body = {condition.field: {"eq": condition.value}}
            other: Body = {condition.field: {"eq": not condition.value}}
            if is_choice:
                run = partial(check_apart, search, name, (other, one), record)
            else:
                run = partial(check_absent, search, name, other, record)
        else:
            run = partial(
                check_empty,
                search,
                f"filter.{condition.field}.{condition.operator}",
                self._impossible.filter_of(condition),
            )
        self._verdicts.once(_key("filter", condition, control), run)

    def choice(self, visibility: Visibility) -> None:
        """Raise Untrustworthy if a search by `filter` drops its branches."""
        vain = {"or": [{"id": {"eq": self._impossible.id()}}]}
        self._verdicts.once("filter.or", partial(check_empty, FilterSearch(self._http, visibility), "filter.or", vain))

    def people(self, *, is_filter: bool) -> None:
        """Raise Untrustworthy if a search that asks for people does not show them."""
        self._verdicts.once(
            ("people", is_filter), self._samples.filter_people if is_filter else self._samples.flat_people
        )

    def exif(self) -> None:
        """Raise Untrustworthy if a search by `filter` that asks for EXIF does not show it."""
        self._verdicts.once("exif", self._samples.exif)

    def echo(self, query: Query, visibility: Visibility, name: str, value: Value) -> None:
        """Raise Untrustworthy if a search that found nothing drops the filter that widens it.

        That filter alone must find only photos that fit it.
        """
        filters = {} if name == "visibility" else {name: value}
        ranked = (condition for condition in query.where if condition.field in RANKED)
        alone = Query(query.kind, ordered((*ranked, *conditions_of(filters))))
        verifier = AnswerVerifier(alone, visibility, None, self._capabilities)
        search = FlatSearch(self._http, query, self._capabilities.visibility_filter(visibility))
        self._verdicts.once(
            (query.kind, "echo", name, value), partial(check_echo, search, dict[str, object](filters), verifier)
        )

    # -- what counts depend on ----------------------------------------------------------------------------------

    def count_filter(self, visibility: Visibility, name: str, value: Value) -> None:
        """Raise Untrustworthy if a count drops a flat filter."""
        shown = {} if name == "visibility" else self._capabilities.visibility_filter(visibility)
        count = CountSearch(self._http, shown, is_filter=False)
        record: Record = {}
        self._verdicts.once(("count", name), partial(self._filter, count, visibility, name, value, record))

    def count_condition(self, visibility: Visibility, condition: Condition) -> None:
        """Raise Untrustworthy if a count drops a condition of a search by `filter`."""
        control = control_of(condition.field, condition.operator)
        count = CountSearch(self._http, {"visibility": {"eq": visibility.value}}, is_filter=True)
        name = f"filter.{condition.field}"
        if control is Control.APART:
            values: list[Body] = [{condition.field: {"eq": value}} for value in (True, False)]
            run = partial(check_counts_apart, count, name, values)
        else:
            run = partial(check_empty, count, f"{name}.{condition.operator}", self._impossible.filter_of(condition))
        self._verdicts.once(_key("count", condition, control), run)

    def count_places(self, visibility: Visibility) -> None:
        """Raise Untrustworthy if a count of a search by `filter` drops the visibility."""
        other = "archive" if visibility.value == "timeline" else "timeline"
        count = CountSearch(self._http, {}, is_filter=True)
        vain: Body = {"visibility": {"eq": visibility.value, "in": [other]}}
        self._verdicts.once("count.visibility", partial(check_empty, count, "filter.visibility", vain))

    def count_choice(self, visibility: Visibility) -> None:
        """Raise Untrustworthy if a count of a search by `filter` drops its branches."""
        count = CountSearch(self._http, {"visibility": {"eq": visibility.value}}, is_filter=True)
        vain: Body = {"or": [{"id": {"eq": self._impossible.id()}}]}
        self._verdicts.once("count.or", partial(check_empty, count, "filter.or", vain))

    # -- the controls -------------------------------------------------------------------------------------------

    def _filter(self, search: Probe, visibility: Visibility, name: str, value: Value, record: Record) -> bool:
        match PROPERTIES[name].control:
            case Control.APART if isinstance(search, CountSearch):
                return check_counts_apart(search, name, [{name: value} for value in PROPERTIES[name].values])
            case Control.APART:
                other = next(candidate for candidate in PROPERTIES[name].values if candidate != value)
                return check_absent(search, name, {name: other}, record)
            case Control.ALBUM:
                return check_outside(search, name, {name: True}, self._samples.in_albums(visibility))
            case _:
                return check_empty(search, name, {name: self._impossible.nothing(name)})

    def _outside_anywhere(self, query: Query, visibility: Visibility, name: str) -> bool:
        """Run the control with photos of the timeline, most likely in albums and stacks, then with the visibility's."""
        for place in dict.fromkeys((Visibility.TIMELINE, visibility)):
            search = FlatSearch(self._http, query, self._capabilities.visibility_filter(place))
            is_album = PROPERTIES[name].control is Control.ALBUM
            photos = self._samples.in_albums(place) if is_album else self._samples.in_stacks()
            if check_outside(search, name, {name: is_album}, photos):
                return True
        return False


def _key(kind: str, condition: Condition, control: Control) -> Hashable:
    """The key of a control: the operator; for one that excludes, also the value, since a rare one proves little."""
    is_about_value = control is Control.CONTRADICTION or BY_NAME[condition.field].type is Type.ASSET_TYPE
    return kind, condition.field, condition.operator, condition.value if is_about_value else None
