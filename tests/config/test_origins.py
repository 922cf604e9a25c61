"""Where the server and the keys come from, in words; no key is read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.load import Environment
from immich_smart_albums.config.origins import key_origins, server_origin
from tests.support.rules_files import book

if TYPE_CHECKING:
    from pathlib import Path

ALBUM = "albums: [{name: A, match: {person: Emma}}]"


def here(folder: Path, **environment: str) -> Environment:
    return Environment(environment, folder, date(2026, 8, 15))


def test_where_the_server_comes_from(tmp_path: Path) -> None:
    environment = {"IMMICH_URL": "http://variable"}
    named = book(f"server: http://file\n{ALBUM}")
    assert server_origin(named, here(tmp_path, **environment), " http://flag ") == (
        "http://flag",
        "--server counts; 1.yaml:1:1 and IMMICH_URL in the environment do not",
    )
    assert server_origin(named, here(tmp_path, IMMICH_URL="http://file"), " ") == ("http://file", "1.yaml:1:1")
    result = server_origin(book(ALBUM), here(tmp_path, **environment), None)
    assert result == ("http://variable", "IMMICH_URL in the environment")
    assert server_origin(book(ALBUM), here(tmp_path), None) is None
    (tmp_path / ".env").write_text("IMMICH_BASE_URL=http://dot\n")
    place = f"{tmp_path / '.env'}:1"
    assert server_origin(book(ALBUM), here(tmp_path), None) == ("http://dot", f"IMMICH_BASE_URL in {place}")


@pytest.mark.parametrize("name", ["IMMICH_API_KEY", "IMMICH_API_KEY_FILE"])
def test_where_the_key_comes_from(tmp_path: Path, name: str) -> None:
    assert key_origins(book(ALBUM), here(tmp_path)) == {"default": "without a key; set IMMICH_API_KEY"}
    assert key_origins(book(ALBUM), here(tmp_path, **{name: "Secret"})) == {
        "default": f"the key is {name} in the environment"
    }


def test_where_the_keys_of_accounts_come_from(tmp_path: Path) -> None:
    rules = book(f"accounts: {{a: {{key_env: A}}, b: {{key_env: B}}, c: {{key_command: c}}}}\n{ALBUM}")
    assert key_origins(rules, here(tmp_path, A="Secret")) == {
        "a": "1.yaml:1:12; A in the environment",
        "b": "1.yaml:1:29; B is not set",
        "c": "1.yaml:1:46",
    }
