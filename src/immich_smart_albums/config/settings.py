"""Which server, which key: from flags, the environment, or a `.env` file in the working folder, in this order."""

from __future__ import annotations

from dataclasses import dataclass
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
    variables = {**_dot_env(folder), **{name: value for name, value in environment.items() if value}}
    found_server = server or next((variables[name] for name in SERVER_NAMES if variables.get(name)), None)
    if not found_server:
        hint = "Give --server http://immich.local:2283, or set IMMICH_SERVER_URL in the environment or a .env file."
        findings.problems.append(Problem("server", "no server was given", hint))
    found_key = _read_key(key, variables, findings)
    if not found_server or found_key is None:
        return None
    return Settings(found_server, found_key)


def _read_key(given: str | None, variables: Mapping[str, str], findings: Findings) -> Secret | None:
    text = given or variables.get(KEY_NAME)
    file_name = variables.get(KEY_FILE_NAME)
    if not text and file_name:
        try:
            text = Path(file_name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "not a text file"
            findings.problems.append(Problem(KEY_FILE_NAME, f"cannot read {file_name}: {reason}"))
            return None
    text = (text or "").strip()
    if not text:
        hint = "Make one in Immich under Account Settings → API Keys; give it as IMMICH_API_KEY or with --key."
        findings.problems.append(Problem("key", "no API key was given", hint))
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        hint = "Copy it again, without quotes and line breaks."
        findings.problems.append(Problem("key", "the API key has characters that no key has", hint))
        return None
    return Secret(text)


def _dot_env(folder: Path) -> dict[str, str]:
    path = folder / ".env"
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - most runs have no .env, and need not pay for the import

    return {name: value for name, value in dotenv_values(path).items() if value}
