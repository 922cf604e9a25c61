"""The rules file that `init` writes: it is read as it stands, and with its examples taken in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.starter import STARTER, write_starter
from immich_smart_albums.errors import ConfigurationError
from tests.rules.rules_file.test_json_schema import wrong
from tests.support.rules_files import book

if TYPE_CHECKING:
    from pathlib import Path

WITH_EXAMPLES = re.sub(r"^( *)#(?!$| \S)", r"\1", STARTER, flags=re.MULTILINE)


def test_it_is_read_as_it_stands() -> None:
    (album,) = book(STARTER).albums
    assert album.name == "Favourites"
    assert wrong(STARTER) == []


def test_it_is_read_with_its_examples_taken_in() -> None:
    result = book(WITH_EXAMPLES)
    assert [album.name for album in result.albums] == [
        "Favourites",
        "Kids and dogs",
        "Cabin, last 12 months",
        "{year} in {country}",
    ]
    assert [account.name for account in result.accounts] == ["alice", "bob"]
    assert result.server
    assert result.people
    assert result.places
    assert wrong(WITH_EXAMPLES) == []


def test_it_is_written_where_nothing_is(tmp_path: Path) -> None:
    assert write_starter(tmp_path / "rules.yaml").read_text() == STARTER
    assert write_starter(tmp_path) == tmp_path / "smart-albums.yaml"
    assert (tmp_path / "smart-albums.yaml").read_text() == STARTER


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text("mine")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nothing.yaml")
    for name in ("rules.yaml", "link.yaml"):
        with pytest.raises(ConfigurationError, match="is there already, and stays as it is"):
            write_starter(tmp_path / name)
    assert (tmp_path / "rules.yaml").read_text() == "mine"
    assert not (tmp_path / "nothing.yaml").exists()


@pytest.mark.parametrize("name", ["nowhere/rules.yaml", "nul\0l", "x" * 300])
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="cannot be written: "):
        write_starter(tmp_path / name)
