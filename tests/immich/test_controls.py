"""Each kind of control, on one property that it is for: heard, it lets the answer pass; dropped on the way, it raises.

All properties, values and operators are tried in `test_properties`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.query import Condition, Kind, Query
from tests.support.immich_clients import find, metadata, server_at, smart

if TYPE_CHECKING:
    from immich_sandbox import Library, Sandbox
    from immich_smart_albums.model.query import Value

    from .conftest import Start


@pytest.fixture(scope="module")
def library() -> Library:
    """One in which texts were read."""
    library = generate(250)
    for asset in list(library.assets.values())[::3]:
        library.update(asset.id, text="Receipt 12 coffee")
    return library


def asked(*conditions: Condition, either: tuple[tuple[Condition, ...], ...] = ()) -> Query:
    return Query(Kind.METADATA, where=conditions, any_of=either)


FLAT = {
    "isEncoded": metadata(isEncoded=False),
    "isNotInAlbum": metadata(isNotInAlbum=True),
    "ocr": metadata(ocr="receipt"),
    "withDeleted": metadata(withDeleted=True),
    "withStacked": metadata(withStacked=False),
}
STRUCTURED = {
    "hasTags": asked(Condition("hasTags", "eq", True)),
    "ocr": asked(Condition("ocr", "matches", "receipt"), Condition("type", "eq", "IMAGE")),
    "isEncoded": asked(
        either=(
            (Condition("isEncoded", "eq", False), Condition("rating", "gte", 1)),
            (Condition("ocr", "matches", "receipt"),),
        )
    ),
    "or": asked(either=((Condition("hasTags", "eq", True),), (Condition("ocr", "matches", "receipt"),))),
}


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_search(start: Start, library: Library, name: str) -> None:
    tried(start(library), FLAT[name], name)


@pytest.mark.parametrize("name", STRUCTURED)
def test_a_structured_search(start: Start, library: Library, name: str) -> None:
    tried(start(library, "3.2"), STRUCTURED[name], name)


@pytest.mark.parametrize("name", ["isEncoded", "tagIds"])
def test_a_smart_search(start: Start, library: Library, name: str) -> None:
    filters: dict[str, Value] = {"isEncoded": False} if name == "isEncoded" else {"tagIds": (next(iter(library.tags)),)}
    tried(start(library), smart(500, query="dog", **filters), name)


def tried(sandbox: Sandbox, query: Query, name: str) -> None:
    assert find(server_at(sandbox), query)
    sandbox.faults.drop(name, times=None)
    with pytest.raises(Untrustworthy) as caught:
        find(server_at(sandbox), query)
    assert name in caught.value.message
    assert caught.value.hint
