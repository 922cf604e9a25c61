"""The settings for a server: address and key, from flags, the environment, or a `.env` file, in this order."""

from __future__ import annotations

from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.slips import Slip, which_counts, wrong_address, wrong_key
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import Span, problem_at
from immich_smart_albums.model.text.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

SERVER_NAMES = ("IMMICH_SERVER_URL", "IMMICH_URL", "IMMICH_INSTANCE_URL", "IMMICH_BASE_URL")
KEY_NAME = "IMMICH_API_KEY"
KEY_FILE_NAME = "IMMICH_API_KEY_FILE"


@dataclass(frozen=True, slots=True)
class Settings:
    """The address of a server, a key for it, and what it takes to reach it."""

    server: str
    key: Secret
    server_origin: str = "the settings"
    """The origin of the address, for messages."""
    notes: tuple[str, ...] = ()
    """Which source counts, for settings that have several."""
    headers: Mapping[str, Secret] = field(default_factory=dict)
    client_cert: Path | None = None
    client_key: Path | None = None


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """The server's address, from the source that counts."""

    text: str
    origin: str | Span
    note: str | None = None
    """Which source counts, if there are several."""


@dataclass(frozen=True, slots=True)
class VariableValue:
    """The value of a variable, with its origin."""

    text: str = field(repr=False)
    """It may be a key."""
    name: str
    place: str

    @property
    def origin(self) -> str:
        """The name and the place, such as "IMMICH_URL in the environment"."""
        return f"{self.name} in {self.place}"


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables of the environment, and after them those of a `.env` file."""

    places: tuple[tuple[str, Mapping[str, str]], ...] = field(repr=False)
    """The names of the sources, for messages, and their variables."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The lines of variables in the last source, which is a file."""
    problems: tuple[Problem, ...] = ()
    """Why the file could not be read. That matters only if something is missing."""

    @classmethod
    def read(cls, environment: Mapping[str, str], folder: Path) -> Variables:
        """Returns the variables of an environment, and of the `.env` file in a folder."""
        dot_env, lines, problems = _dot_env(folder)
        return cls((("the environment", environment), (str(folder / ".env"), dot_env)), lines, problems)

    def find(self, *names: str) -> VariableValue | None:
        """Returns the first variable that is not blank. None if all are.

        All names are looked for in a source before the next source.
        """
        return next(self.all(*names), None)

    def all(self, *names: str) -> Iterator[VariableValue]:
        """Yields these variables, unless they are blank; the one that counts comes first."""
        for place, variables in self.places:
            is_file = len(self.places) > 1 and place == self.places[-1][0]
            for name in names:
                if value := variables.get(name, "").strip():
                    line = f":{self.lines[name]}" if is_file and name in self.lines else ""
                    yield VariableValue(value, name, f"{place}{line}")


def read_settings(
    environment: Mapping[str, str], folder: Path, diagnostics: Diagnostics, *, server: str | None, key: str | None
) -> Settings | None:
    """Returns the settings. Adds problems and returns None if one is missing. `folder` may have a `.env` file."""
    variables = Variables.read(environment, folder)
    chosen = read_server(variables, diagnostics, flag=server)
    secret = read_key(variables, diagnostics, flag=key)
    if chosen is None or secret is None:
        diagnostics.problems += variables.problems
        return None
    notes = (chosen.note, key_note(variables, flag=key))
    return Settings(chosen.text, secret, str(chosen.origin), tuple(note for note in notes if note))


def read_server(
    variables: Variables, diagnostics: Diagnostics, *, flag: str | None, in_rules: tuple[str, Span] | None = None
) -> ServerAddress | None:
    """Returns the server's address. Adds a problem and returns None if there is none.

    The flag counts, else the address in a rules file, given with its place, else that of a variable.
    """
    sources: list[tuple[str, str | Span]] = [(flag.strip(), "--server")] if flag and flag.strip() else []
    sources += [in_rules] if in_rules else []
    sources += [(variable.text, variable.origin) for variable in variables.all(*SERVER_NAMES)]
    if not sources:
        hint = "Give --server http://immich.local:2283, or set IMMICH_SERVER_URL in the environment or a .env file."
        diagnostics.problems.append(Problem("server", "no server was given", hint))
        return None
    (text, origin), *others = sources
    note = which_counts(str(origin), [str(other) for value, other in others if value != text])
    slip = wrong_address(text)
    if slip is not None:
        diagnostics.problems.append(_slip(origin, slip, note))
        return None
    return ServerAddress(text, origin, note)


def key_note(variables: Variables, *, flag: str | None) -> str | None:
    """Returns a note on which key counts. None if there is only one, or all are the same."""
    sources = [((flag or "").strip(), "--key")] if flag and flag.strip() else []
    sources += [(variable.text, variable.origin) for variable in variables.all(KEY_NAME, KEY_FILE_NAME)]
    if not sources:
        return None
    (text, origin), *others = sources
    return which_counts(origin, [other for value, other in others if value != text])


def read_key(variables: Variables, diagnostics: Diagnostics, *, flag: str | None) -> Secret | None:
    """Returns the key of the flag, else of a variable. Adds a problem and returns None if there is none."""
    text, origin = (flag or "").strip(), "--key"
    variable = None if text else variables.find(KEY_NAME, KEY_FILE_NAME)
    if variable:
        text, origin = variable.text, variable.origin
    note = key_note(variables, flag=flag)
    if variable and variable.name == KEY_FILE_NAME:
        try:
            text, origin = read_text(Path(variable.text), LARGEST_KEY).strip(), f"{variable.text}, named by {origin}"
        except (OSError, ValueError) as error:
            message = f"cannot read {_shown(variable.text)}: {reason(error)}"
            hint = "The name of a file stands there. The key itself is given as IMMICH_API_KEY."
            diagnostics.problems.append(_slip(origin, (message, hint), note))
            return None
    elif not text:
        hint = "Make one in Immich under Account Settings → API Keys; give it as IMMICH_API_KEY or with --key."
        diagnostics.problems.append(Problem("key", "no API key was given", hint))
        return None
    slip = wrong_key(text)
    if slip is not None:
        diagnostics.problems.append(_slip(origin, slip, note))
        return None
    return Secret(text, note or origin)


def _slip(origin: str | Span, slip: Slip, note: str | None) -> Problem:
    message, hint = slip
    return problem_at(origin, message, f"{hint} {note}." if note else hint)


def _shown(text: str) -> str:
    """Returns the name of a file for a message, unless it may be a key in its place."""
    return "what it names" if "/" not in text and "." not in text else text


def _dot_env(folder: Path) -> tuple[dict[str, str], dict[str, int], tuple[Problem, ...]]:
    """Returns the variables of the file, the line of each, and why the file or some line of it could not be read."""
    path = folder / ".env"
    try:
        if not path.is_file():
            return {}, {}, ()
        text = read_text(path, LARGEST_KEY)
    except (OSError, ValueError) as error:
        return {}, {}, (Problem(str(path), f"cannot be read: {reason(error)}"),)
    from dotenv import dotenv_values  # noqa: PLC0415 - most runs have no .env, and need not pay for the import
    from dotenv.parser import parse_stream  # noqa: PLC0415

    bindings = list(parse_stream(StringIO(text)))
    lines = {binding.key: binding.original.line for binding in bindings if binding.key}
    problems = tuple(
        Problem(f"{path}:{binding.original.line}", "this line cannot be read", "Write NAME=value.")
        for binding in bindings
        if binding.error
    )
    good = StringIO("".join(binding.original.string for binding in bindings if not binding.error))
    return {name: value for name, value in dotenv_values(stream=good).items() if value}, lines, problems


def reason(error: OSError | ValueError) -> str:
    """Returns the cause of an error with a file, without its name."""
    if isinstance(error, OSError):
        return error.strerror or "no reason given"
    return "not a text file" if isinstance(error, UnicodeDecodeError) else str(error)
