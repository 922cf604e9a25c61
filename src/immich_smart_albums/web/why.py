"""Why a photo is in an album or not, in the words of its rule's rows: `✓ shows Emma or Noah`, below it `✗ Noah`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from markupsafe import Markup

from immich_smart_albums.config.editing.rows import GROUPS, RowKind, value_words
from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.report.explanation import near_misses, reason_words
from immich_smart_albums.report.html.why import Why, WhyLine
from immich_smart_albums.report.words import one_line
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.rules.tree import Search
from immich_smart_albums.selection.explain.explain import Verdict, answer_text, value_text
from immich_smart_albums.web.rendering import moment, pictured
from immich_smart_albums.web.rows.places import row_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.config.editing.rows import Row
    from immich_smart_albums.selection.explain.explain import Explanation, Reason
    from immich_smart_albums.selection.words import NameOf
    from immich_smart_albums.web.preview import TypedRule

_FACE = Markup('<img class="face" src="face/{}" alt="" width="28" height="28"> ')


def why(explanation: Explanation, typed: TypedRule, name_of: NameOf) -> Why:
    """Returns the lines of an explanation of a rule; `name_of` names ids."""
    rows = _RowLines(explanation, typed, name_of)
    heading, misses = near_misses(explanation)
    return Why(tuple(rows.lines(explanation.tree)), heading, tuple(map(rows.miss, misses)))


class _RowLines:
    """Makes lines of reasons: one for each row, and below it one for each part of its value."""

    def __init__(self, explanation: Explanation, typed: TypedRule, name_of: NameOf) -> None:
        self._places = row_places(typed.text, typed.rows)
        self._words = value_words(typed.text, typed.rows)
        self._name_of = name_of
        self._leaves: dict[Row | None, list[Reason]] = {}
        for leaf in _leaves(explanation.tree):
            self._leaves.setdefault(self._row_of(leaf), []).append(leaf)

    def lines(self, reason: Reason, group: Row | None = None) -> Iterator[WhyLine]:
        """Returns the lines of a part of the rule that stands in a group. None: at the margin."""
        row = self._row_of(reason)
        if row is group and reason.parts and (group is not None or reason.kind == "all"):
            for part in reason.parts:
                yield from self.lines(part, group)
        elif row is None or row is group:
            yield self._unwritten(reason)
        else:
            yield self._line_of_row(self._member(row, group), group, reason)

    def miss(self, reason: Reason) -> WhyLine:
        """Returns the line of a leaf that alone keeps the photo in or out: the whole row, and which part of it."""
        row = self._row_of(reason)
        if row is None or row.kind is not RowKind.CONDITION:
            return self._unwritten(reason)
        words = self._sentence(row)
        if len(self._values(self._leaves[row])) > 1:
            words = Markup("{}: {}").format(words, self._part_words(row, reason))
        return WhyLine(reason.verdict, words, _seen(reason))

    def _line_of_row(self, row: Row, group: Row | None, reason: Reason) -> WhyLine:
        if group is not None and group.word == "not" and reason.kind == "not":
            reason = reason.parts[0]  # the group says "none of these"
        if row.kind is RowKind.CONDITION:
            return self._line(row, reason, self._sentence(row))
        parts = () if reason.verdict is Verdict.NOT_ASKED else tuple(self.lines(reason, row))
        return WhyLine(reason.verdict, one_line(row.sentence), parts=parts)

    def _line(self, row: Row, reason: Reason, words: str, *, with_value: bool = True) -> WhyLine:
        """Returns the line of a condition, or of a part of its value, with those of its parts below it.

        What was seen stands once, at the outermost line for which it decides everything.
        """
        leaves = list(_leaves(reason))
        seen = list(dict.fromkeys(_seen(leaf) for leaf in leaves)) if with_value else []
        parts: tuple[WhyLine, ...] = ()
        if len(self._values(leaves)) > 1 and reason.verdict is not Verdict.NOT_ASKED:
            below = len(seen) > 1
            below_not = reason.parts[0].parts if reason.kind == "not" else ()  # "not Emma or Noah": Emma, Noah
            parts = tuple(
                self._line(row, part, self._part_words(row, part), with_value=below)
                for part in below_not or reason.parts
            )
            seen = [] if below else seen
        return WhyLine(reason.verdict, words, ", ".join(filter(None, seen)), parts)

    def _sentence(self, row: Row) -> Markup:
        """Returns what a row says, with names in place of ids; somebody who is alone in it has a face."""
        leaves = self._leaves.get(row, [])
        words = row.sentence
        names = {id_: name for leaf in leaves for _, id_, name in self._named(leaf)}
        for id_, name in names.items():
            words = words.replace(id_, name)
        face = self._face(leaves[0]) if len(self._values(leaves)) == 1 else ""
        return Markup("{}{}").format(face, pictured(words, row))

    def _part_words(self, row: Row, reason: Reason) -> Markup:
        """Returns what a part of a row's value says: a name where there is one, else as it is written."""
        first = next(_leaves(reason))
        named = self._named(first)
        if named and reason.kind in {"any", "search"} and len(self._values(list(_leaves(reason)))) == 1:
            return Markup("{}{}").format(self._face(first), one_line(" and ".join(name for _, _, name in named)))
        written = self._words.get(self._places.offset(reason.origin))
        return pictured(written or reason.words or GROUPS[reason.kind], row)

    def _values(self, leaves: list[Reason]) -> set[tuple[int, str]]:
        """Returns the different values that leaves are about: where each is written, and whom it names."""
        return {
            (self._places.offset(leaf.origin), " ".join(name for _, _, name in self._named(leaf))) for leaf in leaves
        }

    def _named(self, reason: Reason) -> list[tuple[str, str, str]]:
        """Returns what a leaf looks for by id: the field, the id, and what that stands for."""
        conditions = reason.leaf.query.where if isinstance(reason.leaf, Search) else ()
        return [
            (condition.field, id_, self._name_of(condition.field, id_))
            for condition in conditions
            if BY_NAME[condition.field].type is Type.IDS and isinstance(condition.value, tuple)
            for id_ in map(str, condition.value)
        ]

    def _face(self, leaf: Reason) -> Markup:
        named = self._named(leaf)
        return _FACE.format(named[0][1]) if len(named) == 1 and named[0][0] == "personIds" else Markup("")

    def _row_of(self, reason: Reason) -> Row | None:
        return self._places.around([self._places.offset(leaf.origin) for leaf in _leaves(reason)])

    def _member(self, row: Row, group: Row | None) -> Row:
        """Returns the member of a group in which a row is; the row itself if it is in another group."""
        member = row
        while (parent := self._places.parent(member)) is not group:
            if parent is None:
                return row
            member = parent
        return member

    def _unwritten(self, reason: Reason) -> WhyLine:
        """Returns the line of what stands in no row, such as what an alias repeats."""
        parts = () if reason.verdict is Verdict.NOT_ASKED else tuple(map(self._unwritten, reason.parts))
        return WhyLine(reason.verdict, reason_words(reason), _seen(reason), parts)


def _leaves(reason: Reason) -> Iterator[Reason]:
    if not reason.parts:
        yield reason
    for part in reason.parts:
        yield from _leaves(part)


def _seen(reason: Reason) -> str:
    """Returns what decided a leaf, as a page shows it. Empty if there is nothing to show."""
    answer = reason.answer
    if answer is None or answer.read is not None:
        return answer_text(answer) if answer else ""
    value = answer.value
    if isinstance(value, Mapping) and len(value) == 1:  # its name stands in the row
        (value,) = value.values()
    match value:
        case bool():
            return "yes" if value else "no"
        case str() if is_id(value):
            return ""  # the photo's own
        case str() if "T" in value:
            return one_line(moment(value))
        case _:
            return one_line(value_text(value))
