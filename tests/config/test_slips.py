"""What stands in place of an address or a key is recognised, and told with where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.settings import read_settings
from immich_smart_albums.config.slips import page_base, wrong_address, wrong_key
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from pathlib import Path

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"
HERE = "http://immich.local:2283"

ADDRESSES = {
    f'"{HERE}"': "has quotes in it",
    f"'{HERE}'": "has quotes in it",
    "${IMMICH_URL}": "has ${IMMICH_URL} in it",
    "http://$HOST:2283": "has $HOST in it",
    "http://{{ host }}": "has {{ host }} in it",
    "immich.local:2283": "does not begin with http:// or https://",
    "http://immich .local": "has spaces in it",
    f"{HERE}/albums/5b2e0b0e-9a7e-4b7e-8a51-0f2a3c4d5e6f": "is the address of a page",
    f"{HERE}/search?query=%7B%7D": "is the address of a page",
    KEY: "that is a key, not an address",
}

KEYS = {
    f'"{KEY}"': "has quotes around it",
    "/run/secrets/immich": "/run/secrets/immich is the name of a file, not a key",
    "~/immich.key": "~/immich.key is the name of a file, not a key",
    "./immich.key": "./immich.key is the name of a file, not a key",
    "${IMMICH_KEY}": "the key is ${IMMICH_KEY}, and nothing is put in its place here",
    HERE: "that is an address, not a key",
    f"IMMICH_API_KEY={KEY}": "that is NAME=value, not a key",
    f"Bearer {KEY}": "that is a header, not a key",
    f"{KEY}\n{KEY}": "there are 2 lines, and a key is one",
    f"{KEY} x": "has characters that no key has",
    "": "there is no key",
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_what_is_no_address_is_recognised(text: str) -> None:
    slip = wrong_address(text)
    assert slip is not None
    assert ADDRESSES[text] in slip[0]
    assert KEY not in slip[0] + slip[1]


@pytest.mark.parametrize(
    "text", [HERE, f"{HERE}/", f"{HERE}/api", "https://example.org/immich", f"{HERE}/photos", "http://[::1"]
)
def test_what_may_be_an_address_is_tried(text: str) -> None:
    assert wrong_address(text) is None


def test_the_password_in_an_address_is_not_shown() -> None:
    slip = wrong_address('"http://me:secret@immich.local"')
    assert slip is not None
    assert "secret" not in slip[0]


@pytest.mark.parametrize("text", KEYS)
def test_what_is_no_key_is_recognised_and_not_shown(text: str) -> None:
    slip = wrong_key(text)
    assert slip is not None
    assert KEYS[text] in slip[0]
    assert KEY not in slip[0] + slip[1]


def test_a_key_is_a_key() -> None:
    assert wrong_key(KEY) is None


def test_the_address_of_a_page_leads_to_that_of_the_server() -> None:
    assert page_base("https://example.org/immich/photos/1?at=2") == "https://example.org/immich"
    assert page_base("https://example.org/immich") is None


def problems(folder: Path, server: str | None = None, key: str | None = None, **environment: str) -> list[str]:
    diagnostics = Diagnostics()
    read_settings(environment, folder, diagnostics, server=server, key=key)
    return [f"{problem.where}: {problem.message} → {problem.hint}" for problem in diagnostics.problems]


def test_a_setting_is_told_with_where_it_comes_from_and_what_counts(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# ours\nIMMICH_API_KEY={KEY}\nIMMICH_URL='\"{HERE}\"'\n", encoding="utf-8")
    place = tmp_path / ".env"
    (of_file,) = problems(tmp_path)
    assert of_file.startswith(f'IMMICH_URL in {place}:3: the address "{HERE}" has quotes in it')
    (of_flag,) = problems(tmp_path, server="immich.local")
    assert of_flag.startswith("--server: the address immich.local does not begin with")
    assert of_flag.endswith(f"--server counts; IMMICH_URL in {place}:3 does not.")
    messages = problems(tmp_path, server=HERE, IMMICH_API_KEY="/run/secrets/key")
    (of_variable,) = messages
    assert of_variable.startswith(
        "IMMICH_API_KEY in the environment: /run/secrets/key is the name of a file, not a key"
    )
    assert "Give a file's name as IMMICH_API_KEY_FILE." in of_variable
    assert of_variable.endswith(f"IMMICH_API_KEY in the environment counts; IMMICH_API_KEY in {place}:2 does not.")


def test_a_file_of_a_key_is_told_with_its_variable_and_a_key_in_its_place_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"IMMICH_API_KEY={KEY}\n", encoding="utf-8")
    (messages,) = problems(tmp_path, server=HERE, IMMICH_API_KEY_FILE=str(tmp_path / "key"))
    assert messages.startswith(
        f"{tmp_path / 'key'}, named by IMMICH_API_KEY_FILE in the environment: that is NAME=value"
    )
    (messages,) = problems(tmp_path, server=HERE, IMMICH_API_KEY_FILE=KEY)
    assert KEY not in messages
    assert messages.startswith("IMMICH_API_KEY_FILE in the environment: cannot read what it names")


def test_a_line_of_variables_that_cannot_be_read_is_told_where_one_is_missing(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"IMMICH_API_KEY={KEY}\n'IMMICH_URL {HERE}\n", encoding="utf-8")
    messages = problems(tmp_path)
    assert any(text.startswith(f"{tmp_path / '.env'}:2: this line cannot be read") for text in messages)


def test_settings_know_where_they_come_from(tmp_path: Path) -> None:
    environment = {"IMMICH_URL": HERE, "IMMICH_BASE_URL": "http://other", "IMMICH_API_KEY": KEY}
    result = read_settings(environment, tmp_path, Diagnostics(), server=None, key=None)
    assert result is not None
    assert result.server_origin == "IMMICH_URL in the environment"
    assert result.key.origin == "IMMICH_API_KEY in the environment"
    assert result.notes == ("IMMICH_URL in the environment counts; IMMICH_BASE_URL in the environment does not",)
