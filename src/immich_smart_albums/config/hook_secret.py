"""What Immich says in its calls, so that nobody else can make them: from a variable, or a file that one names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.settings import reason
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.secret import Secret

if TYPE_CHECKING:
    from immich_smart_albums.config.settings import Variables
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

NAME = "SMART_ALBUMS_HOOK_SECRET"
FILE_NAME = "SMART_ALBUMS_HOOK_SECRET_FILE"

SHORTEST = 16
"""Characters: fewer could be guessed."""

_SENT = re.compile(r"[\x21-\x7e]+")
_HINT = "Make one with: openssl rand -hex 32"


def read_hook_secret(variables: Variables, diagnostics: Diagnostics) -> Secret | None:
    """The secret. None where there is none, or with a problem noted."""
    variable = variables.find(NAME, FILE_NAME)
    if variable is None:
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
