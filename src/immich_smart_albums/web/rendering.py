"""Pages from templates. Every value is escaped, wherever it comes from."""

from __future__ import annotations

import functools
import re
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, JSONResponse

from immich_smart_albums.config.editing.rows import row_id
from immich_smart_albums.errors import (
    ConfigurationError,
    EditRefused,
    FileChanged,
    PlanOutdated,
    ServerError,
    Unauthorized,
    Unreachable,
)
from immich_smart_albums.report.failures import problems_of
from immich_smart_albums.report.html.page import templates
from immich_smart_albums.report.words import count, one_line

if TYPE_CHECKING:
    from immich_smart_albums.config.editing.rows import Row
    from immich_smart_albums.errors import SmartAlbumsError


@functools.cache
def _templates() -> Environment:
    environment = Environment(
        loader=ChoiceLoader([PackageLoader("immich_smart_albums.web"), templates()]),  # reports share some
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "name": one_line,
        "count": count,
        "number": "{:,}".format,
        "day": day,
        "moment": moment,
        "problem": problem_html,
        "with_photos": with_photos,
    }
    environment.filters |= {"row_id": lambda row: row_id(row.path), "path_id": row_id}
    environment.filters |= {"line_and_column": line_and_column, "file_of": file_of}
    environment.globals |= {"address": address}
    return environment


def address(page: str, **parameters: object) -> str:
    """Returns a relative address, `album?name=Best+of`, so that the page works wherever it is mounted."""
    pairs = {name: value for name, value in parameters.items() if value not in {None, ""}}
    return f"{page}?{urlencode(pairs, doseq=True)}" if pairs else page


def day(text: str) -> str:
    """Returns an ISO date as `2 May 2024`; a text that is none as it is."""
    parsed = _parsed(text)
    return text if parsed is None else f"{parsed.day} {parsed:%B} {parsed.year}"


def moment(text: str) -> str:
    """Returns an ISO time as `2 May 2024, 14:05`; a text that is none as it is."""
    parsed = _parsed(text)
    return text if parsed is None else f"{day(text)}, {parsed:%H:%M}"


_PHOTO = re.compile(r"(?:https?://\S+/photos/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


def with_photos(row: Row) -> Markup:
    """Returns the sentence of a row, in which photos are small pictures: nobody knows them by their ids."""
    return pictured(row.sentence, row)


def pictured(words: str, row: Row) -> Markup:
    """Returns what a row, or a part of it, says, with small pictures in place of photos."""
    parts = _PHOTO.split(one_line(words)) if row.word in {"photo", "smart"} else [one_line(words)]
    picture = Markup('<img src="picture/{0}" alt="{0}" title="{0}">')
    return Markup("").join(picture.format(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def _parsed(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def rendered(template: str, **values: object) -> Markup:
    """Returns a template, filled with values."""
    return Markup(_templates().get_template(template).render(**values))  # noqa: S704 - a template escapes its values


def page(template: str, status: int = 200, **values: object) -> HTMLResponse:
    """Returns a page, or a fragment of one, as a response."""
    return HTMLResponse(rendered(template, **values), status)


def headline(error: SmartAlbumsError) -> str:
    """Returns a heading for a failure."""
    match error:
        case Unauthorized():
            return "Immich does not accept the API key"
        case Unreachable():
            return "Immich cannot be reached"
        case ServerError():
            return "Immich could not be asked"
        case ConfigurationError() if any(line_and_column(problem.where) for problem in error.problems):
            return "Something in the rules needs a look"
        case ConfigurationError():
            return "Something is missing before this can work"
        case EditRefused():
            return "That cannot be written so"
        case FileChanged():
            return "The file was changed meanwhile"
        case PlanOutdated():
            return "The world has moved on since this plan was made"
        case _:
            return "That did not work"


_PLACE = re.compile(r"(.+):(\d+):(\d+)", re.DOTALL)


def line_and_column(where: str) -> tuple[int, int] | None:
    """Returns the place in a file that a problem names. None if it names none."""
    place = _PLACE.fullmatch(where)
    return (int(place[2]), int(place[3])) if place else None


def file_of(where: str) -> str:
    """Returns the file that a problem is in. Empty if it is in none."""
    place = _PLACE.fullmatch(where)
    return place[1] if place else ""


def problem_html(error: SmartAlbumsError, *, with_files: bool = True) -> Markup:
    """Returns a failure as HTML, with its remedy and links to the files that it is in."""
    problems = problems_of(error)
    return rendered(
        "_problem.html",
        headline=headline(error),
        problems=problems,
        with_files=with_files,
        may_pass=isinstance(error, ServerError) or any(problem.where in {"server", "key"} for problem in problems),
    )


def problem(error: SmartAlbumsError, status: int = 200) -> HTMLResponse:
    """Returns a failure as a fragment. The status is 200: that Immich is away is an answer, and no error of ours."""
    return HTMLResponse(problem_html(error), status)


def problem_json(error: SmartAlbumsError, status: int = 200) -> JSONResponse:
    """Returns a failure as JSON, with the HTML that the script puts into the page."""
    return JSONResponse({"problem": problem_html(error, with_files=False)}, status)
