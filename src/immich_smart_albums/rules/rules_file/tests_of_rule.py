"""Reads `tests` of an album: photos that must match its rule, and photos that must not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.album import Expectation
from immich_smart_albums.rules.syntax.ids import read_asset

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader


def read_tests(entries: Mapping[str, ValueNode], reader: Reader) -> tuple[Expectation, ...]:
    """Returns the expectations of an entry; those with problems, which are noted, are left out."""
    value = entries.get("tests")
    if value is None:
        return ()
    words = reader.entries(value, ("match", "not"), "a test of the rule")
    expectations: dict[str, Expectation] = {}
    for word, assets in (words or {}).items():
        for item in reader.elements(assets, "a photo") or ():
            asset = read_asset(item, reader)
            if asset in expectations:
                reader.problem(item, "this photo is named twice")
            elif asset is not None:
                expectations[asset] = Expectation(asset, word == "match", item.span)
    return tuple(expectations.values())
