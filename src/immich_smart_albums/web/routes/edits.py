"""Edits of a rule by its rows and its photos. Each returns the album's lines after the edit.

Nothing is written: the page shows the new lines as if somebody had typed them, and saves them in the same way.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.config.editing import match as match_
from immich_smart_albums.config.editing import photos
from immich_smart_albums.config.editing.albums import set_word
from immich_smart_albums.config.editing.draft import FileDraft, read_value
from immich_smart_albums.config.editing.rows import row_id, row_path
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.operations.library.photo_map import Box
from immich_smart_albums.report.words import one_line
from immich_smart_albums.rules.predicates.registry import PREDICATES, PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.match import COMBINATIONS
from immich_smart_albums.web.ranking import ranking
from immich_smart_albums.web.rendering import rendered
from immich_smart_albums.web.routes.handlers import form_route, json_route
from immich_smart_albums.web.routes.parameters import Form, degrees_of, text_of
from immich_smart_albums.web.rows.form import row_form

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.web.studio import Studio


COLUMNS = 48
"""Areas side by side on a map."""

MOST_AREAS = 1500

_BY_PHOTO = {"never": photos.never, "always": photos.always, "like": photos.more_like_this}


class EditRoutes:
    """Routes for edits of a rule."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @form_route
    def edit(self, form: Form) -> Response:
        """Change the rule by a row or a photo."""
        draft = self._studio.rules.draft(form.text("name"))
        entry = draft.edited(form.text("entry"), lambda rules, album: self._edits(form, rules, album))
        return JSONResponse({"entry": entry})

    def _edits(self, form: Form, rules: Plain, album: Path) -> Sequence[Edit]:
        action, photo = form.text("action"), form.text("photo")
        path = row_path(form.text("path")) if form.text("path") else (*album, "match")
        match action:
            case "add":
                return _add(rules, path, _predicate(form.text("word")).name, read_value(form.text("value")))
            case "exclude":
                return match_.exclude(rules, path, _predicate(form.text("word")).name, read_value(form.text("value")))
            case "set":
                return match_.set_value(rules, path, read_value(form.text("value")))
            case "remove":
                return match_.remove(rules, path)
            case "negate":
                return match_.negate(rules, path)
            case "group":
                return match_.regroup(rules, path, form.text("word"))
            case "was":
                return set_word(rules, album, "was", read_value(form.text("value")))
            case "never" | "always" | "like":
                return _BY_PHOTO[action](rules, album, photo)
            case "last-good" | "first-bad":
                search, ranked = ranking(self._studio, form.text("name"), form.text("entry"), photo)
                pick = photos.last_good_one if action == "last-good" else photos.first_bad_one
                return pick(rules, search, photo, ranked)
            case _:
                raise EditRefused("nobody knows this edit", hint="Load the page again.")

    @form_route
    def row(self, form: Form) -> Response:
        """Returns the form for a row that is changed, or for one that is new."""
        draft = self._studio.rules.draft(form.text("name"))
        path = form.text("path") or row_id((*draft.path, "match"))
        row = next((row for row in draft.rows(form.text("entry")) if row_id(row.path) == path), None)
        is_new = form.text("word") != ""
        predicate = _predicate(form.text("word") or (row.word if row else ""))
        text = "" if is_new or row is None else row.text
        with self._studio.direct_requests():
            shown = row_form(self._studio.session, predicate, read_value(text) if text else None)
        places = {name: asdict(circle) for name, circle in self._studio.session.rules.places.items()}
        html = rendered(
            "_row_form.html",
            form=shown,
            path=path,
            is_new=is_new,
            may_exclude=is_new and path == row_id((*draft.path, "match")),
            text=text,
            places=places,
        )
        self._studio.reader.begin()
        return JSONResponse({"html": html})

    @json_route
    def suggestions(self, request: Request) -> Response:
        """Returns the choices for each option of a value that fit what somebody types."""
        predicate = _predicate(text_of(request, "word"))
        with self._studio.direct_requests():
            shown = row_form(self._studio.session, predicate, None, text_of(request, "find"))
        lists = {option: rendered("_suggestions.html", form=shown, option=option) for option in shown.lists}
        return JSONResponse({"lists": lists})

    @json_route
    def points(self, request: Request) -> Response:
        """Returns the photos in a part of the map, grouped into areas, and how many are near a point."""
        self._studio.reader.begin()
        values = self._studio.session.library_values
        reading = {"reading": self._studio.reader.is_reading, "read": self._studio.reader.read}
        if values is None or values.map.bounds is None:
            return JSONResponse({**reading, "photos": None if values is None else len(values.map), "areas": []})
        bounds = asdict(values.map.bounds)
        box = Box(**{side: degrees_of(request, side, usual) for side, usual in bounds.items()})
        areas = [
            [round(area.latitude, 5), round(area.longitude, 5), area.count, one_line(area.name)]
            for area in values.map.areas(box, COLUMNS)[:MOST_AREAS]
        ]
        near = [degrees_of(request, word, math.nan) for word in ("lat", "lon", "radius")]
        count = None if any(map(math.isnan, near)) else values.map.count_near(*near)
        return JSONResponse({**reading, "photos": len(values.map), "bounds": bounds, "areas": areas, "near": count})


def predicate_words() -> list[tuple[str, str]]:
    """Returns the predicates that a new row can have, each with what it tests."""
    return [(predicate.name, predicate.summary) for predicate in PREDICATES]


def _add(rules: Plain, path: Path, word: str, value: Plain) -> Sequence[Edit]:
    if path[-1] in COMBINATIONS and FileDraft(rules).get(path) is None:  # the group begins with this condition
        return match_.add_condition(rules, path[:-1], str(path[-1]), {word: value})
    return match_.add_condition(rules, path, word, value)


def _predicate(word: str) -> Predicate:
    if word not in PREDICATES_BY_WORD:
        raise EditRefused(f"{word!r} is no condition", hint="Pick one of the list.")
    return PREDICATES_BY_WORD[word]
