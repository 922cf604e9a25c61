"""Smart search: a ranking of everything, without distances."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox.generator.concepts import CONCEPTS, concept, picture_vector, query_vector
from immich_sandbox.search.ranking import FAR, Embeddings

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library

    from .conftest import Client, Start

DOG = ((CONCEPTS.index("dog"), 1.0),)


def test_everything_is_ranked_and_the_nearest_comes_first(library: Library, client: Client) -> None:
    asset = library.add_asset(concepts=DOG)
    ranked = client.ids({"query": "dogs", "size": 1000}, kind="smart")
    assert ranked[0] == asset.id
    embedded = {id_ for id_ in client.ids({"size": 1000}) if library.assets[id_].concepts}
    assert set(ranked) == embedded


@pytest.mark.parametrize("query", ["zzzz qqqq", "a dog on a beach", "the"])
def test_nonsense_ranks_everything_too_and_the_same_each_time(query: str, client: Client) -> None:
    one = client.ids({"query": query, "size": 1000}, kind="smart")
    assert len(one) > 200
    assert one == client.ids({"query": query, "size": 1000}, kind="smart")


def test_filters_combine_and_the_default_page_is_100(library: Library, client: Client) -> None:
    assert len(client.ids({"query": "dog"}, kind="smart")) == 100
    ids = client.ids({"query": "dog", "country": "Finland", "size": 1000}, kind="smart")
    assert ids
    for id_ in ids:
        exif = library.assets[id_].exif
        assert exif is not None
        assert exif.country == "Finland"


def test_pages_continue_the_ranking(client: Client) -> None:
    whole = client.ids({"query": "sea", "size": 1000}, kind="smart")
    pages = [client.ids({"query": "sea", "size": 40, "page": page}, kind="smart") for page in (1, 2, 3)]
    assert [id_ for page in pages for id_ in page] == whole[:120]


def test_an_asset_as_query_finds_itself_first(library: Library, client: Client) -> None:
    asset = library.add_asset(concepts=DOG)
    assert client.ids({"queryAssetId": asset.id, "size": 5}, kind="smart")[0] == asset.id
    other = library.add_asset(owner="bob", concepts=DOG)
    library.partners.clear()
    reply = client.search({"queryAssetId": other.id}, kind="smart")
    assert (reply.status, reply.body["message"]) == (400, "Not found or no asset.read access")


def test_smart_search_can_be_off(client: Client) -> None:
    client.sandbox.settings.smart_search = False
    reply = client.search({"query": "dog"}, kind="smart")
    assert (reply.status, reply.body["message"]) == (400, "Smart search is not enabled")
    assert client.ask("GET", "/api/server/features").body["smartSearch"] is False


@pytest.mark.parametrize(("level", "keys"), [("2.7", 4), ("3.1", 1)])
def test_machine_learning_can_be_down(level: str, keys: int, start: Start) -> None:
    client = start(level=level)
    assert client.search({"query": "dog"}, kind="smart").status == 200
    client.sandbox.settings.machine_learning = False
    reply = client.search({"query": "dog"}, kind="smart")
    assert (reply.status, reply.body["message"]) == (500, "Failed to search smart")
    assert len(reply.body) == keys


def test_ties_repeat_and_lose_rows_before_3_1(library: Library, start: Start) -> None:
    for _ in range(150):
        library.add_asset(concepts=DOG)
    for level, complete in (("2.7", False), ("3.1", True)):
        client = start(library, level)
        rows = [
            id_ for page in (1, 2, 3) for id_ in client.ids({"query": "dog", "size": 50, "page": page}, kind="smart")
        ]
        assert (len(set(rows)) == 150) == complete, level


def test_words_are_stemmed_and_have_synonyms() -> None:
    assert concept("dogs") == concept("puppy") == concept("koira") == CONCEPTS.index("dog")
    assert concept("qwertyuiop") is None


def test_pictures_are_ranked_by_their_cosine_distances_ties_by_id(library: Library) -> None:
    dog = library.add_asset(concepts=DOG)
    both = library.add_asset(concepts=(*DOG, (CONCEPTS.index("cat"), 2.0)))
    assert Embeddings([dog, both]).ranked(query_vector("dog")) == {dog: 0, both: 552_786_405}
    ranked = Embeddings(library.timeline).ranked(picture_vector(DOG), both)
    assert (next(iter(ranked)), ranked.pop(both)) == (both, -1)
    assert list(ranked.items()) == sorted(ranked.items(), key=lambda pair: (pair[1], pair[0].id))
    assert {asset.id for asset in ranked} < {asset.id for asset in library.timeline if asset.concepts}
    assert max(ranked.values()) == FAR  # with nothing in common
