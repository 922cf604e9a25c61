"""Holding returned assets against the query, so that a filter that was ignored on the way is noticed.

What a record tells for certain is checked here. Text filters are compared where both sides are plain ASCII: the server
ignores accents in ways that cannot be repeated exactly. What a record leaves open is told, so that the server can be
put to the test for it (`controls`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.conditions import verifiable
from immich_smart_albums.immich.search.record_match import MISSING, contains, is_favorite, moment, shown, shown_checksum
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Condition, Kind, Visibility
from immich_smart_albums.model.search_field import Control, Proof
from immich_smart_albums.model.search_fields import BY_NAME, LOOKS_INTO_TRASH, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Branch, Query, Value

WITHOUT_EFFECT: frozenset[tuple[str, Value]] = frozenset(
    (row.name, value) for row in ROWS for value in row.without_effect
)
"""Values that find the same as no filter at all."""

Open = tuple[str, "Value"] | Condition
"""A filter with its value, or a condition, that a record leaves open."""

OR = Condition("or", "", None)
"""Stands for the branches of a structured search as a whole."""


class AnswerVerifier:
    """The checks of one query in one visibility."""

    def __init__(self, query: Query, visibility: Visibility, own_id: str | None, capabilities: Capabilities) -> None:
        self._query = query
        self._capabilities = capabilities
        self.fields: set[str] = {"visibility", "isArchived", "isTrashed"}
        """What a record must have for the checks."""
        self._checks: list[tuple[str, Callable[[Record], bool | None], tuple[Open, ...]]] = [
            ("visibility", partial(_is_shown_in, visibility, has_visibility=capabilities.has_visibility), ())
        ]
        self.narrowing: list[tuple[str, Value]] = []
        """Filters without which a search may find less, not more, each with its value."""
        if not capabilities.has_visibility:
            # Before 1.133 a record does not tell whether it is hidden.
            is_hidden = visibility is Visibility.HIDDEN
            self._checks.append(("isVisible", lambda _record: None, (("isVisible", not is_hidden),)))
            self.narrowing += [("withArchived", True)] if is_hidden else []
        if visibility is not Visibility.TIMELINE and not capabilities.defaults_to_everything:
            self.narrowing.append(("visibility", visibility.value))
        rows = [BY_NAME[name] for name, _ in query.filters]
        fields = [BY_NAME[condition.field] for condition in query.conditions]
        if any(row.proof is Proof.TRASHED for row in rows):
            self._checks.append(("being in the trash", lambda record: record.get("isTrashed") is True, ()))
        elif not any(row.name in LOOKS_INTO_TRASH for row in rows) and all(
            row.proof is not Proof.TRASHED for row in fields
        ):
            self._checks.append(("not being in the trash", lambda record: record.get("isTrashed") is False, ()))
        for name, value in query.filters:
            self._add(name, value, own_id)
        for condition in query.conditions:
            self._add_branches(f"{condition.field} {condition.operator}", ((condition,),), (condition,), own_id)
        if query.either:
            about = (OR, *(one for branch in query.either for one in branch))
            self._add_branches("any of its branches", query.either, about, own_id)

    def __call__(self, records: Iterable[Record]) -> dict[Open, Record]:
        """What records leave open, each with the first record that does.

        Raises Untrustworthy for the first record that the query cannot have meant.
        """
        left: dict[Open, Record] = {}
        for record in records:
            for name, holds, about in self._checks:
                verdict = holds(record)
                if verdict is None:
                    for one in about:
                        left.setdefault(one, record)
                elif not verdict:
                    question = self._query.describe()
                    message = f"the server returned asset {record['id']} for {question}, but {name} does not hold"
                    hint = (
                        "It seems to ignore that filter, so nothing of its answer is used. Please report its version."
                    )
                    raise Untrustworthy(message, hint=hint)
        return left

    def _add(self, name: str, value: Value, own_id: str | None) -> None:
        if name in LOOKS_INTO_TRASH and value is not False:
            self.narrowing.append((name, value))
        if (name, value) in WITHOUT_EFFECT or BY_NAME[name].control in {Control.ANSWER, Control.NONE}:
            return
        if BY_NAME[name].control is Control.REACH:
            return  # it is among those that narrow
        field, holds = self._check(name, value, own_id)
        self.fields.update(field)
        self._checks.append((name, holds, ((name, value),)))

    def _check(
        self, name: str, value: Value, own_id: str | None
    ) -> tuple[tuple[str, ...], Callable[[Record], bool | None]]:
        """The fields of a record that tell of a filter, and whether it holds. None if the record leaves it open."""
        row = BY_NAME[name]
        path = row.record_path
        if path is None:
            return (), lambda _record: None
        match row.proof:
            case Proof.EQUAL:
                missing = MISSING if self._capabilities.joins_exif else None
                return (path,), lambda record: shown(record, path, missing) == value
            case Proof.CONTAINED if isinstance(value, str):
                return (path,), lambda record: contains(shown(record, path), value)
            case Proof.PRESENT:
                return (path,), lambda record: (record.get(path, MISSING) is not None) == value
            case Proof.SOMEBODY if self._query.kind is Kind.METADATA and self._capabilities.shows_whom_it_finds:
                # Only whether somebody is on it: 3.2 and later may show other ids than they search for.
                return (path,), lambda record: None if record.get(path) else False
            case Proof.OWN:
                return (path, "ownerId"), partial(is_favorite, value, own_id)
            case Proof.CHECKSUM if isinstance(value, str):
                checksum = shown_checksum(value)
                return (path,), lambda record: None if checksum is None else record.get(path) == checksum
            case Proof.MOMENT if isinstance(value, str):
                is_lower = row.condition is not None and row.condition[1] == "gte"
                return self._bound(path, is_lower, to_milliseconds(value))
            case _:
                return (), lambda _record: None

    def _add_branches(
        self, name: str, branches: tuple[Branch, ...], about: tuple[Open, ...], own_id: str | None
    ) -> None:
        """At least one branch must hold, as far as records tell."""
        choices = [[verifiable(one, own_id) for one in branch] for branch in branches]
        self.fields.update(*(one.fields for choice in choices for one in choice))

        def holds(record: Record) -> bool | None:
            verdicts = [_all(one.holds(record) for one in choice) for choice in choices]
            return True if True in verdicts else None if None in verdicts else False

        self._checks.append((name, holds, about))

    def _bound(
        self,
        field: str,
        is_lower: bool,
        bound: int,
    ) -> tuple[tuple[str, ...], Callable[[Record], bool | None]]:
        is_shown = self._capabilities.returns(field)

        def holds(record: Record) -> bool | None:
            if not is_shown:
                return None
            taken = moment(record, field)
            return taken is not None and (taken >= bound if is_lower else taken <= bound)

        return (field,), holds


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    """Kleene's and."""
    all_verdicts = list(verdicts)
    return False if False in all_verdicts else None if None in all_verdicts else True


def _is_shown_in(visibility: Visibility, record: Record, *, has_visibility: bool) -> bool:
    if has_visibility:
        return bool(record.get("visibility") == visibility.value)
    # Before 1.133 a record tells only whether it is archived.
    return visibility is Visibility.HIDDEN or record.get("isArchived") is (visibility is Visibility.ARCHIVE)
