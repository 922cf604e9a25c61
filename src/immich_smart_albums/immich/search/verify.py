"""Verifies returned assets against the query, so that an ignored filter is noticed.

Conditions that a record shows for certain are checked here. Texts are compared only in plain ASCII, since the server
ignores accents in ways that cannot be reproduced exactly. Conditions that a record does not show are returned, so that
the server can be tested for them (`controls`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.conditions import SearchContext
from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import as_flat
from immich_smart_albums.model.query import Visibility
from immich_smart_albums.model.search_field import Control, Proof
from immich_smart_albums.model.search_fields import BY_NAME, LOOKS_INTO_TRASH, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.condition import Branch, Value
    from immich_smart_albums.model.query import Query

WITHOUT_EFFECT: frozenset[tuple[str, Value]] = frozenset(
    (row.name, value) for row in ROWS for value in row.without_effect
)
"""Values that find the same as no filter."""

OR = Condition("or", "", None)
"""Stands for the branches of a search as a whole."""


class AnswerVerifier:
    """Verifies the records of one query in one visibility."""

    def __init__(
        self,
        query: Query,
        visibility: Visibility,
        own_id: str | None,
        capabilities: Capabilities,
        *,
        asks_for_people: bool = True,
    ) -> None:
        self._query = query
        is_filter = capabilities.takes_filter(query)
        self._context = SearchContext(capabilities, query.kind, is_filter, own_id, asks_for_people)
        self.fields: set[str] = {"visibility", "isArchived", "isTrashed"}
        """The fields that a record must have for the checks."""
        self._checks: list[tuple[str, Callable[[Record], bool | None], Branch]] = [
            ("visibility", _shown_in(visibility, has_visibility=capabilities.has_visibility), ())
        ]
        self.narrowing: list[tuple[str, Value]] = []
        """Flat fields that widen the search, so that it may find less without them; each with its value."""
        if not capabilities.has_visibility:
            # Before 1.133 a record does not show whether it is hidden.
            is_hidden = visibility is Visibility.HIDDEN
            is_visible = Condition("isVisible", "eq", not is_hidden)
            self._checks.append(("isVisible", lambda _record: None, (is_visible,)))
            self.narrowing += [("withArchived", True)] if is_hidden else []
        if visibility is not Visibility.TIMELINE and not capabilities.defaults_to_everything:
            self.narrowing.append(("visibility", visibility.value))
        rows = [BY_NAME[condition.field] for condition in query.where]
        if not any(row.name in LOOKS_INTO_TRASH or row.proof is Proof.TRASHED for row in rows):
            self._checks.append(("not being in the trash", lambda record: record.get("isTrashed") is False, ()))
        for condition in query.where:
            self._add(condition)
        if query.any_of:
            about = (OR, *(condition for branch in query.any_of for condition in branch))
            self._add_branches("any of its branches", query.any_of, about)

    def verify(self, records: Iterable[Record]) -> dict[Condition, Record]:
        """Returns the conditions that records do not show, each with the first such record.

        Raises Untrustworthy for the first record that does not fit the query.
        """
        left: dict[Condition, Record] = {}
        for record in records:
            for name, holds, about in self._checks:
                verdict = holds(record)
                if verdict is None:
                    for condition in about:
                        left.setdefault(condition, record)
                elif not verdict:
                    question = self._query.describe()
                    message = f"the server returned asset {record['id']} for {question}, but {name} does not hold"
                    hint = (
                        "It seems to ignore that filter, so nothing of its answer is used. Please report its version."
                    )
                    raise Untrustworthy(message, hint=hint)
        return left

    def _add(self, condition: Condition) -> None:
        flat = as_flat(condition)
        name, value = flat or (condition.field, condition.value)
        row = BY_NAME[name]
        if name in LOOKS_INTO_TRASH and value is not False:
            self.narrowing.append((name, value))
        if (name, value) in WITHOUT_EFFECT or row.control in {Control.ANSWER, Control.NONE, Control.REACH}:
            return  # the answer shows it, or nothing can, or it is in `narrowing`
        words = "being in the trash" if row.proof is Proof.TRASHED else name
        self._add_branches(words if flat else f"{name} {condition.operator}", ((condition,),), (condition,))

    def _add_branches(self, name: str, branches: tuple[Branch, ...], about: Branch) -> None:
        """Add the check that a branch holds. If records do not show that, the conditions `about` need controls."""
        choices = [list(map(self._context.verifiable, branch)) for branch in branches]
        self.fields.update(*(verifiable.fields for choice in choices for verifiable in choice))

        def holds(record: Record) -> bool | None:
            verdicts = [_all(verifiable.holds(record) for verifiable in choice) for choice in choices]
            return True if True in verdicts else None if None in verdicts else False

        self._checks.append((name, holds, about))


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    """The conjunction in three-valued logic."""
    all_verdicts = list(verdicts)
    return False if False in all_verdicts else None if None in all_verdicts else True


def _shown_in(visibility: Visibility, *, has_visibility: bool) -> Callable[[Record], bool]:
    """The check that a record has a visibility."""
    if has_visibility:
        place = visibility.value
        return lambda record: bool(record.get("visibility") == place)
    # Before 1.133 a record shows only whether it is archived.
    if visibility is Visibility.HIDDEN:
        return lambda _record: True
    is_archived = visibility is Visibility.ARCHIVE
    return lambda record: record.get("isArchived") is is_archived
