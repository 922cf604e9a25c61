"""Where a session keeps things when nobody says so, and where a user has no home."""

from __future__ import annotations

from pathlib import Path

import pytest

from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.session.places import ledger_place, state_place


def test_the_ledger_and_what_searches_found_stand_side_by_side(tmp_path: Path) -> None:
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    assert ledger_place(environment) == tmp_path / "immich-smart-albums" / "ledger.db"
    assert state_place(environment) == tmp_path / "immich-smart-albums" / "searches.db"


def test_a_user_without_a_home_is_asked_where_to_keep_them(monkeypatch: pytest.MonkeyPatch) -> None:
    def home() -> Path:
        raise RuntimeError

    monkeypatch.setattr(Path, "home", home)
    for place in (ledger_place, state_place):
        with pytest.raises(ConfigurationError) as caught:
            place({})
        (problem,) = caught.value.problems
        assert problem.where == "ledger"
        assert "--ledger FILE" in (problem.hint or "")
