"""Where a ledger is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from immich_smart_albums.changes.memory import Binding
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.paths import FOLDER, default_place
from tests.support.ledger_files import KEY, refusal, written


@pytest.mark.parametrize("doing", [None, "a test"])
@pytest.mark.parametrize("link", ["ledger.db", ".", ".."])
def test_a_link_that_leads_nowhere_is_an_error_and_no_new_ledger(tmp_path: Path, link: str, doing: str | None) -> None:
    volume, path = tmp_path / "volume", tmp_path / "mounted" / FOLDER / "ledger.db"
    place = {"ledger.db": path, ".": path.parent, "..": path.parent.parent}[link]
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(volume)
    error = refusal(path, doing=doing)
    assert error.message == f"the ledger {path} cannot be reached: {place} is a link to {volume}, which is not there"
    assert error.hint is not None
    assert "not mounted" in error.hint
    assert not volume.exists()


def test_a_link_to_a_ledger_is_as_good_as_the_ledger(tmp_path: Path, path: Path) -> None:
    written(path)
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with open_ledger(link, doing="sync") as ledger:
        assert ledger.binding(KEY) == Binding("a1", "Friends")
        assert "is being written by" in refusal(path).message


@pytest.mark.parametrize("doing", [None, "a test"])
def test_a_folder_that_is_gone_is_an_error_unless_it_is_our_own(tmp_path: Path, doing: str | None) -> None:
    folder = tmp_path / "my volume"
    error = refusal(folder / "ledger.db", doing=doing)
    assert error.message == f"there is no folder {folder} for the ledger ledger.db"
    assert error.hint is not None
    assert error.hint.endswith(f"mkdir -p '{folder}'")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("environment", "platform", "place"),
    [
        ({}, "linux", "/home/al/.local/state/immich-smart-albums/ledger.db"),
        ({"XDG_STATE_HOME": "/var/state"}, "linux", "/var/state/immich-smart-albums/ledger.db"),
        ({"XDG_STATE_HOME": "state"}, "linux", "/home/al/.local/state/immich-smart-albums/ledger.db"),
        ({}, "darwin", "/home/al/Library/Application Support/immich-smart-albums/ledger.db"),
    ],
)
def test_a_ledger_is_kept_where_the_system_keeps_such_files(
    environment: dict[str, str], platform: str, place: str
) -> None:
    assert default_place(environment, lambda: Path("/home/al"), platform) == Path(place)


@pytest.mark.parametrize("doing", [None, "a test"])
def test_a_name_that_no_file_can_have_is_told(tmp_path: Path, doing: str | None) -> None:
    assert "cannot be reached: File name too long" in refusal(tmp_path / ("x" * 300), doing=doing).message
