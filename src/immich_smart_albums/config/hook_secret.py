"""The secret of Immich's webhook calls: from a variable, a file that a variable names, or a file of this tool."""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.settings import reason
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.secret import Secret

if TYPE_CHECKING:
    from immich_smart_albums.config.settings import Variables
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

NAME = "SMART_ALBUMS_HOOK_SECRET"
FILE_NAME = "SMART_ALBUMS_HOOK_SECRET_FILE"

SHORTEST = 16
"""Characters. A shorter secret could be guessed."""

_SENT = re.compile(r"[\x21-\x7e]+")
_HINT = "Make one with: openssl rand -hex 32"


FILE_BESIDE_LEDGER = "hook-secret"
"""The name of the file with the secret that this tool makes, beside the ledger."""


def read_hook_secret(variables: Variables, file: Path, diagnostics: Diagnostics) -> Secret | None:
    """Returns the secret of a variable, else of a file. None if there is none, or if it is wrong, with a problem."""
    variable = variables.find(NAME, FILE_NAME)
    if variable is None:
        try:
            return Secret(read_text(file, LARGEST_KEY).strip(), str(file))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            diagnostics.problems.append(Problem(str(file), f"cannot be read: {reason(error)}", _HINT))
            return None
    text, origin = variable.text.strip(), variable.origin
    if variable.name == FILE_NAME:
        try:
            text = read_text(Path(text), LARGEST_KEY).strip()
        except (OSError, ValueError) as error:
            message = f"the file that it names cannot be read: {reason(error)}"
            diagnostics.problems.append(Problem(origin, message, _HINT))
            return None
    if len(text) < SHORTEST or not _SENT.fullmatch(text):
        message = f"the secret has fewer than {SHORTEST} characters, or some that no header has"
        diagnostics.problems.append(Problem(origin, message, _HINT))
        return None
    return Secret(text, origin)


def make_hook_secret(path: Path) -> Secret:
    """Write a new secret to a file that only its owner can read. Returns it. Raises ConfigurationError."""
    text = secrets.token_hex(32)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(f"{text}\n")
    except OSError as error:
        raise ConfigurationError((Problem(str(path), f"cannot be written: {reason(error)}", _HINT),)) from None
    return Secret(text, str(path))
