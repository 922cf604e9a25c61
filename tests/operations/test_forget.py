"""What people took out is let in again, and albums of the ledger are found."""

from __future__ import annotations

import pytest

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.album import Album
from immich_smart_albums.operations.forget import forget, forget_album, kept_out, known_album
from tests.support.household import Household, rule


def test_what_people_took_out_is_listed_and_let_in_by_id_or_address(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.take_out("alice-0", "alice-1", "alice-2")
    home.rules = (rule(),)
    home.sync()
    first, second, third = (home.id(f"alice-{number}") for number in range(3))
    with home.writing() as (ledger, _):
        album = known_album("Best", ledger)
        out = kept_out(album, ledger)
        assert [membership.asset.file_name for membership in out] == ["alice-2.jpg", "alice-1.jpg", "alice-0.jpg"]
        with pytest.raises(ConfigurationError, match="nowhere is not kept out"):
            forget(album, [first, "nowhere"], ledger)
        assert forget(album, [f"http://photos/photos/{first}", second.upper()], ledger) == 2
        assert [membership.asset.id for membership in kept_out(album, ledger)] == [third]
        assert forget(album, [], ledger) == 1
        assert forget(album, [], ledger) == 0
    home.sync()
    assert home.inside() == {"alice-0", "alice-1", "alice-2"}


def test_an_album_of_the_ledger_is_found_by_rule_name_id_or_address(home: Household) -> None:
    home.rules = (rule("Best"), rule("Rest"))
    home.rate("alice-0")
    home.sync()
    best = home.album("Best")
    home.album("Rest").name = "Best of the rest"
    home.sync()
    with home.writing() as (ledger, _):
        wanted = ["Best", " Best ", best.id, f"http://photos/albums/{best.id}"]
        assert {known_album(word, ledger).key.rule for word in wanted} == {"Best"}
        assert known_album("Best of the rest", ledger).key.rule == "Rest"
        with pytest.raises(ConfigurationError) as caught:
            known_album("Besst", ledger)
        assert caught.value.problems[0].hint == "Did you mean 'Best', 'Rest'?"
        with pytest.raises(ConfigurationError) as caught:
            known_album("Zzyzx", ledger)
        assert caught.value.problems[0].hint == "`ledger list` tells all albums."
        key = known_album("Best", ledger).key
        ledger.bind(AlbumKey("somebody else", "Best"), Album("a", "Best", 0, None, "", ""))
        with pytest.raises(ConfigurationError, match="2 albums of the ledger are meant by 'Best'"):
            known_album("Best", ledger)
        forget_album(known_album(best.id, ledger), ledger)
        assert ledger.binding(key) is None
