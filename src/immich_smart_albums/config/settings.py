"""Which server, which key: from flags, the environment, or a `.env` file in the working folder, in this order."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.diagnostics import Findings

SERVER_NAMES = ("IMMICH_SERVER_URL", "IMMICH_URL", "IMMICH_INSTANCE_URL", "IMMICH_BASE_URL")
KEY_NAME = "IMMICH_API_KEY"
KEY_FILE_NAME = "IMMICH_API_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Settings:
    """A server and a key."""

    server: str
    key: Secret


@dataclass(frozen=True, slots=True)
class Found:
    """The value of a variable, and where it was."""

    text: str = field(repr=False)
    """It may be a key."""
    name: str
    place: str

    @property
    def origin(self) -> str:
        """Such as "IMMICH_URL in the environment"."""
        return f"{self.name} in {self.place}"


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of the environment, and of a `.env` file behind it."""

    places: tuple[tuple[str, Mapping[str, str]], ...] = field(repr=False)
    """Each with its name, for messages."""
    trouble: tuple[Problem, ...] = ()
    """Why the file could not be read: of no interest where everything is given elsewhere."""

    @classmethod
    def read(cls, environment: Mapping[str, str], folder: Path) -> Variables:
        """Those of an environment, and of the `.env` file in a folder."""
        dot_env, trouble = _dot_env(folder)
        return cls((("the environment", environment), (str(folder / ".env"), dot_env)), trouble)

    def find(self, *names: str) -> Found | None:
        """The first variable that is not blank. A whole place goes before the next one, whatever the names in it."""
        return next(
            (
                Found(value, name, place)
                for place, variables in self.places
                for name in names
                if (value := variables.get(name, "").strip())
            ),
            None,
        )


def read_settings(
    environment: Mapping[str, str], folder: Path, findings: Findings, *, server: str | None, key: str | None
) -> Settings | None:
    """The settings; None with problems noted where one is missing. `folder` is where a `.env` may be."""
    variables = Variables.read(environment, folder)
    found_server = read_server(variables, findings, given=server)
    found_key = read_key(variables, findings, given=key)
    if found_server is None or found_key is None:
        findings.problems += variables.trouble
        return None
    return Settings(found_server, found_key)


def read_server(variables: Variables, findings: Findings, *, given: str | None) -> str | None:
    """The server's address: the one `given`, else that of a variable; None with a problem noted."""
    found = variables.find(*SERVER_NAMES)
    if given and given.strip():
        return given.strip()
    if found is None:
        hint = "Give --server http://immich.local:2283, or set IMMICH_SERVER_URL in the environment or a .env file."
        findings.problems.append(Problem("server", "no server was given", hint))
    return found.text if found else None


def read_key(variables: Variables, findings: Findings, *, given: str | None) -> Secret | None:
    """The key: the one `given`, else that of a variable; None with a problem noted."""
    text = (given or "").strip()
    found = None if text else variables.find(KEY_NAME, KEY_FILE_NAME)
    if found and found.name == KEY_FILE_NAME:
        try:
            text = read_text(Path(found.text), LARGEST_KEY).strip()
        except (OSError, ValueError) as error:
            findings.problems.append(Problem(KEY_FILE_NAME, f"cannot read {found.text}: {reason(error)}"))
            return None
    elif found:
        text = found.text
    if not text:
        hint = "Make one in Immich under Account Settings → API Keys; give it as IMMICH_API_KEY or with --key."
        findings.problems.append(Problem("key", "no API key was given", hint))
        return None
    if not looks_like_key(text):
        hint = "Copy it again, without quotes and line breaks."
        findings.problems.append(Problem("key", "the API key has characters that no key has", hint))
        return None
    return Secret(text)


def looks_like_key(text: str) -> bool:
    """Whether a text can be sent as a key."""
    return text.isascii() and text.isprintable() and " " not in text and bool(text)


def _dot_env(folder: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    path = folder / ".env"
    try:
        if not path.is_file():
            return {}, ()
        text = read_text(path, LARGEST_KEY)
    except (OSError, ValueError) as error:
        return {}, (Problem(str(path), f"cannot be read: {reason(error)}"),)
    from dotenv import dotenv_values  # noqa: PLC0415 - most runs have no .env, and need not pay for the import

    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value}, ()


def reason(error: OSError | ValueError) -> str:
    """Why a file could not be read, without its name."""
    if isinstance(error, OSError):
        return error.strerror or "no reason given"
    return "not a text file" if isinstance(error, UnicodeDecodeError) else str(error)
