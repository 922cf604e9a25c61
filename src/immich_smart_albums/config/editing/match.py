"""Edits of a match by its rows: add, change, negate and remove conditions, at any depth."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.draft import FileDraft
from immich_smart_albums.config.yaml.data import Put, Remove, Rename, is_list
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.rules.rules_file.match import COMBINATIONS

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path


def add_condition(rules: Plain, group: Path, word: str, value: Plain) -> list[Edit]:
    """Returns the edits that add a condition to a match, or as a member to `all`, `any` or `not`."""
    draft = FileDraft(rules)
    if group[-1] in COMBINATIONS and is_list(draft.get(group)):
        draft.append(group, {word: value})
    else:
        _add(draft, group, word, value)
    return draft.edits


def set_value(rules: Plain, path: Path, value: Plain) -> list[Edit]:
    """Returns the edits that give a condition, or a part of one, another value."""
    draft = FileDraft(rules)
    draft.make(Put(path, value))
    return draft.edits


def remove(rules: Plain, path: Path) -> list[Edit]:
    """Returns the edits that remove a condition or a group, and the groups that are empty then.

    Raises EditRefused.
    """
    draft = FileDraft(rules)
    draft.remove(path)
    return draft.edits


def regroup(rules: Plain, path: Path, word: str) -> list[Edit]:
    """Returns the edits that change the word of a group: `all`, `any` or `not`. Raises EditRefused for any other."""
    draft = FileDraft(rules)
    if path[-1] not in COMBINATIONS or word not in COMBINATIONS:
        raise EditRefused(f"{path[-1]} is no group, or {word} is none", hint=f"Groups are {', '.join(COMBINATIONS)}.")
    if word in draft.mapping(path[:-1]):
        raise EditRefused(f"there is {word} already beside it", hint=f"Move its conditions to that {word}.")
    draft.make(Rename(path, word))
    return draft.edits


def negate(rules: Plain, path: Path) -> list[Edit]:
    """Returns the edits that move a condition into `not`, or out of it. Raises EditRefused."""
    draft = FileDraft(rules)
    *_, word = path
    value = draft.get(path)
    if not isinstance(word, str) or value is None or word in COMBINATIONS:
        raise EditRefused("only a single condition can be turned round", hint="Give a group another word.")
    outer = _not_around(draft, path)
    if outer is not None:
        # Added first, so that no match is empty in between.
        _add(draft, outer, word, value)
        draft.remove(path)
        return draft.edits
    _exclude(draft, path[:-1], word, value)
    draft.make(Remove(path))
    return draft.edits


def exclude(rules: Plain, match: Path, word: str, value: Plain) -> list[Edit]:
    """Returns the edits that add a condition to the `not` of a match."""
    draft = FileDraft(rules)
    _exclude(draft, match, word, value)
    return draft.edits


def _not_around(draft: FileDraft, path: Path) -> Path | None:
    """Returns the match whose `not` has a condition as a whole member. None if no `not` has it."""
    if len(path) > 2 and path[-2] == "not":
        return path[:-2]
    is_whole_item = len(path) > 3 and path[-3] == "not" and len(draft.mapping(path[:-1])) == 1
    return path[:-3] if is_whole_item else None


def _add(draft: FileDraft, match: Path, word: str, value: Plain) -> None:
    """Add a condition to a match: under its word, or in `all` if the match has that word already."""
    if word not in draft.mapping(match):
        draft.make(Put((*match, word), value))
        return
    together = draft.get((*match, "all"))
    if isinstance(together, Mapping):
        _add(draft, (*match, "all"), word, value)
    else:
        draft.append((*match, "all"), {word: value})


def _exclude(draft: FileDraft, match: Path, word: str, value: Plain) -> None:
    excluded = draft.get((*match, "not"))
    if not isinstance(excluded, Mapping):
        draft.append((*match, "not"), {word: value})
    elif word not in excluded:
        draft.make(Put((*match, "not", word), value))
    else:
        _add(draft, match, "all", [{"not": {word: value}}])
