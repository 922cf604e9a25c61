"""Photos of which something was seen once: few or many, remembered or not, and whatever the store says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.operations.indexing import seen
from immich_smart_albums.operations.indexing.seen import SeenAssets
from tests.support.family_server import connected

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

NOW = 1_700_000_000_000
DAY = 24 * 60 * 60 * 1000


def ids(first: int, last: int) -> list[str]:
    return [f"00000000-0000-4000-8000-{number:012}" for number in range(first, last + 1)]


@pytest.fixture
def store(tmp_path: Path) -> SearchCacheFile:
    return SearchCacheFile(tmp_path / "searches.db", lambda _: None)


@pytest.mark.parametrize("few", [1, 500])
def test_what_was_seen_is_known_in_the_next_run(
    store: SearchCacheFile, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(seen, "_FEW", few)
    first = SeenAssets(store, "embedded of alice")
    first.add(ids(1, 3), NOW)
    first.add(ids(2, 5), NOW)
    again = SeenAssets(store, "embedded of alice")
    assert again.among(ids(0, 9)) == set(ids(1, 5))
    assert (again.has(ids(5, 5)[0]), again.has(ids(6, 6)[0])) == (True, False)
    assert SeenAssets(store, "embedded of bob").among(ids(0, 9)) == set()


def test_what_is_not_refreshed_is_forgotten_in_two_days(store: SearchCacheFile) -> None:
    for name in ("kept", "left"):
        SeenAssets(store, name).add(ids(1, 1), NOW)
    remaining, left = SeenAssets(store, "kept"), SeenAssets(store, "left")
    remaining.add(ids(1, 1), NOW + DAY, is_refreshed=True)
    left.add(ids(1, 1), NOW + DAY)
    SeenAssets(store, "other").add(ids(9, 9), NOW + 5 * DAY // 2)
    assert SeenAssets(store, "kept").among(ids(1, 1)) == set(ids(1, 1))
    assert SeenAssets(store, "left").among(ids(1, 1)) == set()


@pytest.mark.parametrize("stored", [(b"0", b"0123456789abcdef"), (b"1", b"0123456789abcde")])
def test_what_another_version_stored_is_not_believed(store: SearchCacheFile, stored: tuple[bytes, bytes]) -> None:
    store.save({"embedded": (*stored, NOW)}, 0)
    assert SeenAssets(store, "embedded").among(ids(0, 9)) == set()


def test_a_key_that_may_not_tell_whose_it_is_remembers_nothing(sandbox: Sandbox, store: SearchCacheFile) -> None:
    for key, is_known in (("alice", True), ("alice-readonly", False)):
        server = connected(sandbox, key)
        SeenAssets.of(server, store, "embedded").add(ids(1, 1), NOW)
        assert bool(SeenAssets.of(server, store, "embedded").among(ids(1, 1))) is is_known


def test_without_a_store_a_run_has_to_ask_anew(sandbox: Sandbox) -> None:
    server = connected(sandbox)
    SeenAssets.of(server, None, "embedded").add(ids(1, 1), NOW)
    assert SeenAssets.of(server, None, "embedded").among(ids(1, 1)) == set()
