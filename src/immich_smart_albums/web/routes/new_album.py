"""The page of a new album: what its rule can begin with, and the rule that is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.config.editing.albums import album_entry, match_from_photo
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.web.editing.starters import STARTERS, starter_of
from immich_smart_albums.web.photo_facts import rule_facts
from immich_smart_albums.web.rendering import page
from immich_smart_albums.web.routes.handlers import form_route
from immich_smart_albums.web.routes.parameters import Form, text_of
from immich_smart_albums.web.rows.choices import suggestions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.web.studio import Studio

MOST_PEOPLE = 12
MOST_COUNTRIES = 6
"""Of those that a rule can begin with."""


class NewAlbumRoutes:
    """Routes for a new album."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def new(self, request: Request) -> Response:
        """Returns the page on which an album begins: with a starter and a name."""
        try:
            self._studio.rules.open()
            paths = self._studio.rules.paths
        except SmartAlbumsError as error:
            return page("error.html", 422, error=error, read_only=self._studio.read_only)
        return page(
            "new.html",
            starters=STARTERS,
            paths=paths,
            is_first=not all(path.exists() for path in paths),
            name=text_of(request, "name"),
            album=text_of(request, "album"),
            read_only=self._studio.read_only,
        )

    def starters(self, _: Request) -> Response:
        """Returns people and countries that an album can begin with. Empty while Immich cannot be asked."""
        session = self._studio.session
        try:
            with self._studio.direct_requests():
                people = suggestions(session, PREDICATES_BY_WORD["person"], "", {})["any"]
                countries = suggestions(session, PREDICATES_BY_WORD["place"], "", {})["country"]
        except SmartAlbumsError:
            return Response()
        self._studio.reader.begin()
        return page("_starters.html", people=people.first[:MOST_PEOPLE], countries=countries.first[:MOST_COUNTRIES])

    @form_route
    def create(self, form: Form) -> Response:
        """Write a new album into a rules file."""
        paths = {str(path): path for path in self._studio.rules.paths}
        if form.text("photo"):
            entry = self._from_photo(form.text("photo"), form.text("ticks").split(), form.text("name").strip())
        else:
            starter = starter_of(form.text("starter"))
            album_id = form.text("album") if is_id(form.text("album")) else None
            entry = album_entry(form.text("name").strip() or starter.title, starter.match, album_id=album_id)
        return JSONResponse({"name": self._studio.rules.add(entry, paths.get(form.text("file")))})

    def _from_photo(self, photo: str, ticks: Sequence[str], name: str) -> dict[str, Plain]:
        """Returns a rule for photos that have what is ticked in common with one."""
        facts = rule_facts(self._studio.record(photo) or {})
        match = match_from_photo(facts, ticks)
        default = ", ".join(str(value) for value in (*facts.people, facts.city or facts.country, facts.day) if value)
        return album_entry(name or default or "New album", match)
