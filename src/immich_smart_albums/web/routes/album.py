"""The page of one album: its rule, what that means now, and the lines of it that are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.config.editing.rows import GROUPS
from immich_smart_albums.errors import FileChanged, SmartAlbumsError
from immich_smart_albums.report.plan.words import edits, heading, state
from immich_smart_albums.web.page_requests import PageRequest
from immich_smart_albums.web.preview import TABS
from immich_smart_albums.web.rendering import page, rendered
from immich_smart_albums.web.routes.edits import predicate_words
from immich_smart_albums.web.routes.handlers import form_route, json_route
from immich_smart_albums.web.routes.parameters import Form, number_of, text_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.web.preview import Preview
    from immich_smart_albums.web.studio import Studio

PHOTOS_AT_A_TIME = 240


class AlbumRoutes:
    """Routes for one album's page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def album(self, request: Request) -> Response:
        """Returns the page of an album: its rule now, its photos as soon as they are known."""
        name = text_of(request, "name")
        try:
            draft = self._studio.rules.draft(name)
        except SmartAlbumsError as error:
            return page("error.html", 404, error=error, read_only=self._studio.read_only)
        tabs = {**TABS, "near": "Near misses"}
        return page("album.html", name=name, draft=draft, tabs=tabs, read_only=self._studio.read_only)

    @json_route
    def preview_saved(self, request: Request) -> Response:
        """Returns what the rule on disk means now, and its lines: they may have changed since the page was loaded."""
        name = text_of(request, "name")
        draft = self._studio.rules.draft(name)
        lines = {"entry": draft.text.entry, "basis": draft.basis}
        return JSONResponse({**self._preview(name, None, _page_request(request)), **lines})

    @form_route
    def preview_typed(self, form: Form) -> Response:
        """Returns what the rule means that somebody is typing."""
        page_request = PageRequest(form.text("page"), form.number("number"))
        return JSONResponse(self._preview(form.text("name"), form.text("entry"), page_request))

    def _preview(self, name: str, entry: str | None, page_request: PageRequest) -> dict[str, object]:
        preview = self._studio.preview(name, entry, page_request)
        read_only = self._studio.read_only
        return {
            "rows": rendered(
                "_rows.html", rows=preview.rows, words=predicate_words(), groups=GROUPS, read_only=read_only
            ),
            "settings": rendered("_settings.html", settings=preview.typed.settings, read_only=read_only),
            "preview": preview.id,
            "name": preview.rule.name,
            "counts": preview.counts,
            "open": preview.is_open,
            "known": not preview.problems,
            "waiting": preview.sizes("waiting"),
            "about": rendered(
                "_about.html",
                preview=preview,
                albums=_albums(preview),
                base=self._studio.session.base,
                read_only=read_only,
            ),
        }

    @json_route
    def photos(self, request: Request) -> Response:
        """Returns some photos of a tab, or of one of its groups: id, time, file name and kind of each."""
        preview, tab = self._studio.known_preview(text_of(request, "preview")), text_of(request, "tab")
        start = number_of(request, "from")
        group = number_of(request, "group") if text_of(request, "group") else None
        photos = list(map(_photo, preview.photos(tab, group, start, PHOTOS_AT_A_TIME)))
        return JSONResponse({"total": preview.count(tab, group), "from": start, "photos": photos})

    @json_route
    def row_counts(self, request: Request) -> Response:
        """Returns how many photos each row lets through, alone and after those above it, and near misses."""
        id_ = text_of(request, "preview")
        row_counts = self._studio.row_counts(id_, _page_request(request))
        preview = self._studio.known_preview(id_)
        near = {"near": preview.count("near"), "groups": preview.sizes("near")}
        return JSONResponse({"rows": dict(row_counts.counts), **near})

    @form_route
    def save(self, form: Form) -> Response:
        """Write an album's lines into its file."""
        try:
            name = self._studio.rules.save(form.text("name"), form.text("entry"), form.text("basis"))
        except FileChanged as error:
            draft = self._studio.rules.draft(form.text("name"))
            html = rendered("_conflict.html", error=error, theirs=draft.text.entry, ours=form.text("entry"))
            return JSONResponse({"problem": html, "basis": draft.basis, "theirs": draft.text.entry})
        draft = self._studio.rules.draft(name)
        return JSONResponse({"name": name, "basis": draft.basis, "entry": draft.text.entry})


def _page_request(request: Request) -> PageRequest:
    return PageRequest(text_of(request, "page"), number_of(request, "number"))


def _photo(asset: Asset) -> list[str]:
    return [asset.id, asset.local_time[:16], asset.file_name, asset.type]


def _albums(preview: Preview) -> list[dict[str, object]]:
    """Returns how each album stands that the rule feeds, with what else would change of it."""
    return [
        {
            "heading": heading(album),
            "state": state(album),
            "edits": list(edits(album, preview.plan.server)),
            "plan": album,
        }
        for album in preview.albums
    ]
