"""A rules file as plain data, and edits of that data: the edited text must mean the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.emit import Unquoted, means_something, scalar
from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path
    from immich_smart_albums.rules.syntax.document import ValueNode


@dataclass(frozen=True, slots=True)
class Put:
    """Set the value at a path. A word that is new to a mapping is added at its end."""

    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class Insert:
    """Insert an item before the one at a path. An index beyond the last appends it."""

    path: Path
    value: Plain


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove an entry or an item."""

    path: Path


@dataclass(frozen=True, slots=True)
class Wrap:
    """Put the value at a path into a list under a word: `V` becomes `{word: [V, *more]}`."""

    path: Path
    word: str
    more: tuple[Plain, ...] = ()


@dataclass(frozen=True, slots=True)
class Rename:
    """Give the entry at a path another word."""

    path: Path
    word: str


Edit = Put | Insert | Remove | Wrap | Rename


def load(text: str) -> Plain:
    """Returns the data of a text, with aliases resolved. Raises ConfigurationError."""
    diagnostics = Diagnostics()
    value = read_yaml("rules", text.encode(), diagnostics)
    diagnostics.raise_problems()
    return {} if value is None else plain(value)


def plain(value: ValueNode) -> Plain:
    """Returns a value without its places. Texts in quotes are str, others Unquoted."""
    match value:
        case ScalarNode():
            return value.text if value.quoted else Unquoted(value.text)
        case SequenceNode():
            return [plain(item) for item in value.items]
        case MappingNode():
            return {key.text: plain(entry) for key, entry in value.entries}


def is_list(value: object) -> bool:
    """Returns whether a plain value is a list."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def meaning(value: Plain) -> object:
    """Returns a value to compare by: it is equal for values that mean the same, whatever their quotes and order."""
    match value:
        case Mapping():
            return frozenset((word, meaning(entry)) for word, entry in value.items())
        case str():
            return value, isinstance(value, Unquoted) and means_something(value)
        case Sequence():
            return tuple(map(meaning, value))
        case _:
            return scalar(value), True


def same(one: Plain, other: Plain) -> bool:
    """Returns whether two values mean the same."""
    return meaning(one) == meaning(other)


def value_at(data: Plain, path: Path) -> Plain:
    """Returns the value at a path. Raises KeyError if there is none."""
    for step in path:
        match data:
            case Mapping() if isinstance(step, str):
                data = data[step]
            case Sequence() if isinstance(step, int) and not isinstance(data, str) and step < len(data):
                data = data[step]
            case _:
                raise KeyError(step)
    return data


def edited(data: Plain, edit: Edit) -> Plain:
    """Returns the data after an edit. Raises KeyError if its path does not exist."""
    *parents, last = edit.path
    return _changed(data, tuple(parents), lambda parent: _edited(parent, last, edit))


def _changed(data: Plain, path: Path, change: Callable[[Plain], Plain]) -> Plain:
    if not path:
        return change(data)
    step, *rest = path
    inner = _changed(value_at(data, (step,)), tuple(rest), change)
    if isinstance(data, Mapping):
        return {**data, str(step): inner}
    return [inner if index == step else item for index, item in enumerate(_items(data))]


def _items(data: Plain) -> list[Plain]:
    if isinstance(data, Sequence) and not isinstance(data, str):
        return list(data)
    raise KeyError(data)


def _edited(parent: Plain, last: str | int, edit: Edit) -> Plain:
    if isinstance(parent, Mapping):
        return _edited_mapping(dict(parent), str(last), edit)
    items = _items(parent)
    index = int(last)
    match edit:
        case Put() if index < len(items):
            items[index] = edit.value
        case Put() | Insert():
            items.insert(index, edit.value)
        case Remove():
            del items[index]
        case Wrap():
            items[index] = {edit.word: [items[index], *edit.more]}
        case Rename():
            raise KeyError(last)
    return items


def _edited_mapping(parent: dict[str, Plain], last: str, edit: Edit) -> Plain:
    match edit:
        case Put():
            return {**parent, last: edit.value}
        case Remove():
            return {word: entry for word, entry in parent.items() if word != last}
        case Wrap():
            return {**parent, last: {edit.word: [parent[last], *edit.more]}}
        case Rename() if edit.word not in parent:
            return {edit.word if word == last else word: entry for word, entry in parent.items()}
        case _:
            raise KeyError(last)


def smallest(data: Plain, edit: Edit, repeated: frozenset[Path] = frozenset()) -> Iterator[Edit]:
    """Yields the smallest edits with the same result: only the differences of a list or a mapping are changed.

    At the `repeated` paths, which aliases stand at, values are replaced as a whole.
    """
    try:
        before = value_at(data, edit.path) if isinstance(edit, Put) else None
    except KeyError:
        before = None
    if not isinstance(edit, Put) or before is None:
        yield edit
    else:
        yield from _differences(before, edit.value, edit.path, repeated)


def _differences(before: Plain, after: Plain, path: Path, repeated: frozenset[Path]) -> Iterator[Edit]:
    if same(before, after):
        return
    if path in repeated:
        yield Put(path, after)
    elif isinstance(before, Mapping) and isinstance(after, Mapping) and before and after:
        for word, value in after.items():
            if word in before:
                yield from _differences(before[word], value, (*path, word), repeated)
            else:
                yield Put((*path, word), value)
        yield from (Remove((*path, word)) for word in before if word not in after)
    elif is_list(before) and is_list(after) and before and after:
        yield from _of_items(_items(before), _items(after), path, repeated)
    else:
        yield Put(path, after)


def _of_items(before: list[Plain], after: list[Plain], path: Path, repeated: frozenset[Path]) -> Iterator[Edit]:
    matcher = SequenceMatcher(None, list(map(meaning, before)), list(map(meaning, after)), autojunk=False)
    for kind, start, end, first, last in reversed(matcher.get_opcodes()):
        if kind == "equal":
            continue
        common = min(end - start, last - first)
        for index in reversed(range(common)):
            yield from _differences(before[start + index], after[first + index], (*path, start + index), repeated)
        yield from (Insert((*path, start + common), value) for value in reversed(after[first + common : last]))
        yield from (Remove((*path, index)) for index in reversed(range(start + common, end)))
