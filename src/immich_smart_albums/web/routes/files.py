"""The page of a whole rules file, as text: also where no rule in it can be read, so that it can be mended there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.errors import ConfigurationError, FileChanged, SmartAlbumsError
from immich_smart_albums.web.rendering import page, rendered
from immich_smart_albums.web.routes.handlers import form_route
from immich_smart_albums.web.routes.parameters import Form, text_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.web.studio import Studio


class FileRoutes:
    """Routes for one rules file."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def file(self, request: Request) -> Response:
        """Returns the page of a file, with what is wrong with it."""
        name = text_of(request, "path")
        try:
            version = self._studio.files.version(name)
            problems = self._studio.files.problems(name, version.text)
        except SmartAlbumsError as error:
            return page("error.html", 404, error=error, read_only=self._studio.read_only)
        return page(
            "file.html",
            version=version,
            state=rendered("_file_state.html", problems=problems),
            read_only=self._studio.read_only,
        )

    @form_route
    def check(self, form: Form) -> Response:
        """Returns what would be wrong with a text that somebody is typing."""
        problems = self._studio.files.problems(form.text("path"), form.text("text"))
        return JSONResponse({"state": rendered("_file_state.html", problems=problems), "reads": not problems})

    @form_route
    def save(self, form: Form) -> Response:
        """Write a file, if rules can be read from it."""
        files, path = self._studio.files, form.text("path")
        try:
            saved = files.save(path, form.text("text"), form.text("basis"))
        except FileChanged as error:
            on_disk = files.version(path)
            html = rendered("_conflict.html", error=error, theirs=on_disk.text, ours=form.text("text"), whole=True)
            return JSONResponse({"problem": html, "basis": on_disk.digest or "", "theirs": on_disk.text})
        except ConfigurationError as error:
            return JSONResponse({"state": rendered("_file_state.html", problems=error.problems), "reads": False})
        state = rendered("_file_state.html", problems=(), is_saved=True)
        return JSONResponse({"state": state, "reads": True, "basis": saved.digest or ""})
