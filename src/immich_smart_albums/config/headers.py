"""Headers for a login in front of Immich, from flags, rules files and variables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.settings import reason
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import Span, problem_at
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.rules.rules_file.headers import why_not

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.config.settings import Variables
    from immich_smart_albums.rules.album import Header
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

VARIABLE = "IMMICH_HEADERS"
CERTIFICATE_NAMES = ("IMMICH_CLIENT_CERT", "IMMICH_CLIENT_KEY")

_FLAG = "--header"
_FLAG_HINT = "Write --header NAME=@FILE or --header NAME=env:VARIABLE; a value itself would be seen by others."
_LINES_HINT = "Write Name: value in it, one header on each line."
_SENT = re.compile(r"[\x20-\x7e\xa0-\xff]+")
"""Values that HTTP allows in a header."""

Headers = dict[str, Secret]


def headers_of_rules(headers: Iterable[Header], variables: Variables, diagnostics: Diagnostics) -> Headers:
    """Returns the values of a rules file's headers. Adds problems for those that cannot be read, and omits them."""
    values: Headers = {}
    for header in headers:
        where = header.span or header.name
        if header.file is not None:
            beside = Path(header.span.document.name).parent if header.span is not None else Path()
            value = _from_file(header.name, header.file, beside, where, diagnostics)
        else:
            value = _from_variable(header.name, header.env or "", variables, where, diagnostics)
        _add(values, header.name, value, where, diagnostics)
    return values


def headers_of_flags(words: Sequence[str], variables: Variables, diagnostics: Diagnostics) -> Headers:
    """Returns the values of `--header NAME=@FILE` and `NAME=env:VARIABLE`."""
    values: Headers = {}
    for word in words:
        name, _, source = word.partition("=")
        wrong = why_not(name)
        if wrong is not None:
            diagnostics.problems.append(Problem(_FLAG, wrong, _FLAG_HINT))
        elif source.startswith("@") and source[1:]:
            _add(values, name, _from_file(name, source[1:], Path(), _FLAG, diagnostics), _FLAG, diagnostics)
        elif source.startswith("env:") and source[4:]:
            _add(values, name, _from_variable(name, source[4:], variables, _FLAG, diagnostics), _FLAG, diagnostics)
        else:
            message = f"nothing says where the value of {name} comes from"
            diagnostics.problems.append(Problem(_FLAG, message, _FLAG_HINT))
    return values


def headers_of_variables(variables: Variables, diagnostics: Diagnostics) -> Headers:
    """Returns the headers in IMMICH_HEADERS: `Name: value`, each on a line of its own."""
    variable = variables.find(VARIABLE)
    values: Headers = {}
    if variable is None:
        return values
    for line in variable.text.splitlines():
        name, colon, value = line.partition(":")
        if not line.strip():
            continue
        wrong = why_not(name.strip()) if colon else "a line of it is no header"
        if wrong is not None:
            diagnostics.problems.append(Problem(variable.origin, wrong, _LINES_HINT))
        else:
            _add(values, name.strip(), value, variable.origin, diagnostics)
    return values


def merged(*sets: Mapping[str, Secret]) -> Headers:
    """Returns the headers of several sources. Of headers with the same name, in whatever case, the last counts."""
    by_name: dict[str, tuple[str, Secret]] = {}
    for headers in sets:
        by_name |= {name.lower(): (name, value) for name, value in headers.items()}
    return dict(by_name.values())


def _from_file(name: str, file: str, beside: Path, where: Span | str, diagnostics: Diagnostics) -> str | None:
    try:
        return read_text(beside / Path(file).expanduser(), LARGEST_KEY)
    except (OSError, RuntimeError, ValueError) as error:
        cause = reason(error) if isinstance(error, OSError | ValueError) else str(error)
        message = f"the value of the header {name} cannot be read from {file}: {cause}"
        diagnostics.problems.append(problem_at(where, message, "It holds the value and nothing else."))
        return None


def _from_variable(
    name: str, variable: str, variables: Variables, where: Span | str, diagnostics: Diagnostics
) -> str | None:
    value = variables.find(variable)
    if value is None:
        message = f"the variable {variable} for the header {name} is not set"
        diagnostics.problems.append(problem_at(where, message, "Set it in the environment or in a .env file."))
        diagnostics.problems += variables.problems
    return value.text if value else None


def _add(values: Headers, name: str, value: str | None, where: Span | str, diagnostics: Diagnostics) -> None:
    if value is None:
        return
    text = value.strip()
    if _SENT.fullmatch(text):
        values[name] = Secret(text)
    else:
        what = "is empty" if not text else "has characters that no header has"
        hint = "It is one line of text, without quotes."
        diagnostics.problems.append(problem_at(where, f"the value of the header {name} {what}", hint))
