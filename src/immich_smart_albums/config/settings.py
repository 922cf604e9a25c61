"""Which server, which key: from flags, the environment, or a `.env` file in the working folder, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.findings import Findings

SERVER_NAMES = ("IMMICH_SERVER_URL", "IMMICH_URL", "IMMICH_INSTANCE_URL", "IMMICH_BASE_URL")
KEY_NAME = "IMMICH_API_KEY"
KEY_FILE_NAME = "IMMICH_API_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Settings:
    """A server and a key."""

    server: str
    key: Secret


def read_settings(
    environment: Mapping[str, str], folder: Path, findings: Findings, *, server: str | None, key: str | None
) -> Settings | None:
    """The settings; None with problems noted where one is missing. `folder` is where a `.env` may be."""
    dot_env, trouble = _dot_env(folder)
    places = (_Place(environment), _Place(dot_env))
    found_server = (server or "").strip() or next((found for each in places if (found := each.first(SERVER_NAMES))), "")
    if not found_server:
        hint = "Give --server http://immich.local:2283, or set IMMICH_SERVER_URL in the environment or a .env file."
        findings.problems.append(Problem("server", "no server was given", hint))
    found_key = _read_key(key, places, findings)
    if not found_server or found_key is None:
        findings.problems += trouble  # of no interest where everything is given elsewhere
        return None
    return Settings(found_server, found_key)


@dataclass(frozen=True, slots=True)
class _Place:
    """One place that has variables. A whole place goes before the next one, whatever the names in it."""

    variables: Mapping[str, str]

    def first(self, names: tuple[str, ...]) -> str:
        """The first of some variables that is not blank, or blank."""
        return next((value for name in names if (value := self.variables.get(name, "").strip())), "")


def _read_key(given: str | None, places: tuple[_Place, ...], findings: Findings) -> Secret | None:
    text = (given or "").strip()
    for place in places:
        text = text or place.first((KEY_NAME,))
        file_name = place.first((KEY_FILE_NAME,))
        if not text and file_name:
            try:
                text = Path(file_name).read_text(encoding="utf-8-sig").strip()
            except (OSError, UnicodeDecodeError) as error:
                findings.problems.append(Problem(KEY_FILE_NAME, f"cannot read {file_name}: {_reason(error)}"))
                return None
    if not text:
        hint = "Make one in Immich under Account Settings → API Keys; give it as IMMICH_API_KEY or with --key."
        findings.problems.append(Problem("key", "no API key was given", hint))
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        hint = "Copy it again, without quotes and line breaks."
        findings.problems.append(Problem("key", "the API key has characters that no key has", hint))
        return None
    return Secret(text)


def _dot_env(folder: Path) -> tuple[dict[str, str], list[Problem]]:
    path = folder / ".env"
    try:
        if not path.is_file():
            return {}, []
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return {}, [Problem(str(path), f"cannot be read: {_reason(error)}")]
    from dotenv import dotenv_values  # noqa: PLC0415 - most runs have no .env, and need not pay for the import

    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value}, []


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return error.strerror or "no reason given" if isinstance(error, OSError) else "not a text file"
