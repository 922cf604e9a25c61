r"""Reads local filters from files and from `$.path:regex` in a flag: a JSONPath and a regular expression → `Filter`.

`{"path": "$.exifInfo.make", "regex": "Apple", "description": "Apple phones"}`: the expression is searched, not
anchored, without regard to case, in each value that the path yields, as text. Without an expression the path must
yield something that is not null.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.search_fields import SUGGESTED
from immich_smart_albums.model.span import marked
from immich_smart_albums.rules.local_filters.jsonpath import PathError, compile_path
from immich_smart_albums.rules.local_filters.mismatch import explain_mismatch
from immich_smart_albums.rules.payload.json_text import name_of_type, read_json
from immich_smart_albums.rules.payload.smart_text import looks_like_file
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.source import SourceForm
from immich_smart_albums.rules.tree import Filter, ListedValue
from immich_smart_albums.rules.values.regex import SECONDS_PER_MATCH, PatternError, PatternTimeout, compile_pattern
from immich_smart_albums.rules.values.regex_syntax import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.rules.local_filters.jsonpath import Path
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Origin, Source
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.rules.values.regex import Pattern


_WORDS = ("path", "regex", "description")
_MAY_BE_MISSING = "mayBeMissing"


def read_local_filters(source: Source, diagnostics: Diagnostics) -> tuple[Filter, ...]:
    """Returns the filters of one flag value; those with problems, which are noted, are left out."""
    if source.form is SourceForm.BARE:
        return _from_words(source, diagnostics)
    value = read_json(source, diagnostics)
    if value is None:
        return ()
    if not isinstance(value, list):
        hint = 'Write [{"path": "$.exifInfo.make", "regex": "Apple"}].'
        message = f"a local filter is a list of objects, not {name_of_type(value)}"
        diagnostics.problems.append(source.problem(message, hint=hint))
        return ()
    if not value:
        hint = "Add a filter to the list, or leave the flag out."
        diagnostics.problems.append(source.problem("the list of local filters is empty", hint=hint))
        return ()
    read = [_from_entry(value, number, source, diagnostics) for number in range(1, len(value) + 1)]
    return tuple(filter_ for filter_ in read if filter_ is not None)


def local_filter(
    path: Path, pattern: Pattern | None, description: str, origin: Place | None = None, *, may_be_missing: bool = False
) -> Filter:
    """Returns the filter for photos of which the path yields a value that the pattern matches, or any value at all."""

    def values(record: Record) -> list[object]:
        try:
            return list(path.values(record))
        except (PathError, PatternTimeout) as error:
            raise _failed(record, error) from None

    def holds(record: Record) -> bool:
        try:
            values = path.values(record)
            if pattern is None:
                return any(value is not None for value in values)
            return any(map(pattern.matches, values))
        except (PathError, PatternTimeout) as error:
            raise _failed(record, error) from None

    def _failed(record: Record, error: Exception) -> FilterError:
        message = f"{origin}: the filter {description!r} failed on asset {record.get('id')}: {error}"
        hint = "Write it simpler; in an expression avoid repetition inside repetition, such as (a+)+."
        return FilterError(message, hint=hint)

    return Filter(
        key=f"{path.text}:{pattern.text}" if pattern else path.text,
        holds=holds,
        reads=path.roots if path.fields is None else path.fields,
        evidence=values,
        required_fields=path.names,
        text=f"local filter {description!r}",
        origin=origin,
        listed_value=None if pattern is None else _sought(path, pattern, may_be_missing=may_be_missing),
    )


def _sought(path: Path, pattern: Pattern, *, may_be_missing: bool) -> ListedValue | None:
    """Returns the plain text that a filter looks for in a field whose values the server lists. None for others."""
    name = next((field for field in SUGGESTED if path.fields == frozenset({f"exifInfo.{field}"})), None)
    text = plain_text(pattern.text)
    if name is None or text is None:
        return None
    return ListedValue(name, text, (name,), pattern.matches, may_be_missing=may_be_missing)


def _from_words(source: Source, diagnostics: Diagnostics) -> tuple[Filter, ...]:
    text = source.text.strip()
    if not text.startswith("$"):
        message = "no such file" if looks_like_file(text) else "neither a file nor a filter"
        hint = "Check the path, or write a filter as $.exifInfo.make:Apple."
        diagnostics.problems.append(source.problem(message, hint=hint))
        return ()
    path, regex = path_and_regex(text)
    filter_ = make_filter(path, regex, text, _InSource(source), diagnostics)
    return () if filter_ is None else (filter_,)


def path_and_regex(words: str) -> tuple[str, str | None]:
    """Returns the two parts of `$.path:regex`. The second is None if there is none."""
    colon = _first_colon(words)
    return (words, None) if colon is None else (words[:colon], words[colon + 1 :])


def _first_colon(text: str) -> int | None:
    """Returns where the first colon outside brackets and quotes is. None if there is none."""
    depth, quote = 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in "[(":
            depth += 1
        elif character in "])":
            depth -= 1
        elif character == ":" and depth == 0:
            return position
    return None


@dataclass(frozen=True, slots=True)
class _InSource:
    """A filter in a flag's value."""

    source: Source
    number: int = 0
    """Counted from 1 in a list; 0 for a filter in words."""
    before: Sequence[object] = ()
    """The entries of the list before this one."""

    @property
    def place(self) -> Place:
        return self.source.place

    def problem(self, message: str, *, hint: str | None = None, key: str | None = None) -> Problem:
        """Returns a problem with this filter, at one of its words."""
        offset = None
        if key is not None:
            skip = sum(key in entry for entry in self.before if isinstance(entry, dict))
            offset = self.source.offset_of_key(key, skip=skip)
        prefix = f"filter {self.number}: " if self.number else ""
        return self.source.problem(f"{prefix}{message}", hint=hint, offset=offset)


def _from_entry(entries: Sequence[object], number: int, source: Source, diagnostics: Diagnostics) -> Filter | None:
    entry, origin = entries[number - 1], _InSource(source, number, entries[: number - 1])
    if not isinstance(entry, dict):
        hint = 'Write {"path": "$.exifInfo.make", "regex": "Apple"}.'
        diagnostics.problems.append(origin.problem(f"a filter is an object, not {name_of_type(entry)}", hint=hint))
        return None
    before = len(diagnostics.problems)
    may_be_missing = entry.get(_MAY_BE_MISSING, False)
    if not isinstance(may_be_missing, bool):
        message = f"{_MAY_BE_MISSING} takes true or false, not {name_of_type(may_be_missing)}"
        diagnostics.problems.append(origin.problem(message, key=_MAY_BE_MISSING))
    for word, value in entry.items():
        if word == _MAY_BE_MISSING:
            continue
        if word not in _WORDS:
            hint = did_you_mean(word, (*_WORDS, _MAY_BE_MISSING), f"A filter has {', '.join(_WORDS)}.")
            diagnostics.problems.append(origin.problem(f"unknown word {word!r}", hint=hint, key=word))
        elif not isinstance(value, str):
            message = f"{word} takes a text, not {name_of_type(value)}: {value!r}"
            diagnostics.problems.append(origin.problem(message, key=word))
    path, regex, description = (entry.get(word) for word in _WORDS)
    if "path" not in entry:
        hint = 'Add one, such as "path": "$.exifInfo.make".'
        diagnostics.problems.append(origin.problem("there is no path", hint=hint))
    if len(diagnostics.problems) > before or not isinstance(path, str):
        return None
    pattern = regex if isinstance(regex, str) else None
    name = description if isinstance(description, str) else f"{path}:{pattern or ''}"
    return make_filter(path, pattern, name, origin, diagnostics, may_be_missing=may_be_missing is True)


def make_filter(  # noqa: PLR0913 - the parts of a filter, and where they stand
    path: str,
    regex: str | None,
    description: str,
    origin: Origin,
    diagnostics: Diagnostics,
    *,
    may_be_missing: bool = False,
) -> Filter | None:
    """Returns the filter of a path and an expression. None, with a problem noted, if one cannot be read or match."""
    try:
        compiled = compile_path(path)
        pattern = compile_pattern(regex, timeout=SECONDS_PER_MATCH) if regex else None
    except (PathError, PatternError) as error:
        word = "path" if isinstance(error, PathError) else "regex"
        problem = origin.problem(error.reason, hint=error.hint, key=word)
        diagnostics.problems.append(replace(problem, excerpt=marked(error.text, error.position)))
        return None
    never = explain_mismatch(compiled)
    if never is not None:
        message, hint = never
        diagnostics.problems.append(origin.problem(message, hint=hint, key="path"))
        return None
    return local_filter(compiled, pattern, description, origin.place, may_be_missing=may_be_missing)
