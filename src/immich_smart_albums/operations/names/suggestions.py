"""Why a rule may select nothing: values that no photo has, with the nearest that some have."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.rules.syntax.source import nearest
from immich_smart_albums.rules.tree import Check, Search, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.tree import Rule

_GROUPS = (("city", "state", "country"), ("make", "model"), ("lensModel",))
"""Fields that a rule may mean with one word: a value that one of them has is no slip."""

_NAMES = {"lensModel": "lens"}


def unknown_values(rule: Rule, server: PhotoServer) -> Iterator[str]:
    """The values in a rule that no photo on the timeline has; to be asked for rules that select nothing."""
    asked: dict[str, dict[str, None]] = {}
    for leaf in leaves(rule.match):
        query = leaf.query if isinstance(leaf, Search) else leaf.within if isinstance(leaf, Check) else None
        for name, value in () if query is None else query.filters:
            if isinstance(value, str):
                asked.setdefault(name, {})[value] = None
    for group in _GROUPS:
        wanted = dict.fromkeys(value for name in group for value in asked.get(name, ()))
        if not wanted:
            continue
        try:
            listed = [server.hints.values(name) for name in group]
        except ServerError:
            return
        known = {value for values in listed for value in values or ()}
        for value in wanted:
            if value not in known and None not in listed:
                near = nearest(value, known)
                words = " or ".join(_NAMES.get(name, name) for name in group if value in asked.get(name, ()))
                yield f"no photo has {words} {value!r}" + (f"; did you mean {near[0]!r}?" if near else "")
