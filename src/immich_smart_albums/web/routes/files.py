"""A rules file as a whole, as text: to be looked at, and mended where no rule can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.errors import ConfigurationError, FileChanged, SmartAlbumsError
from immich_smart_albums.web.rendering import page, rendered
from immich_smart_albums.web.routes.answering import scripted, text_of
from immich_smart_albums.web.routes.forms import Form, form_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.web.studio import Studio


class FileRoutes:
    """Routes of a file's page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def file(self, request: Request) -> Response:
        """Returns the page of a file, with what is wrong with it."""
        name = text_of(request, "path")
        try:
            version = self._studio.files.version(name)
            problems = self._studio.files.problems(name, version.text)
        except SmartAlbumsError as error:
            return page("trouble.html", 404, error=error, read_only=self._studio.read_only)
        return page(
            "file.html",
            version=version,
            state=rendered("_file_state.html", problems=problems),
            read_only=self._studio.read_only,
        )

    async def check(self, request: Request) -> Response:
        """Returns what would be wrong with a text that somebody is typing."""
        form = await form_of(request)
        return await form.answer(lambda: self._checked(form))

    @scripted
    def _checked(self, form: Form) -> Response:
        problems = self._studio.files.problems(form.text("path"), form.text("text"))
        return JSONResponse({"state": rendered("_file_state.html", problems=problems), "reads": not problems})

    async def save(self, request: Request) -> Response:
        """Write a file, if it can be read."""
        form = await form_of(request)
        return await form.answer(lambda: self._saved(form))

    @scripted
    def _saved(self, form: Form) -> Response:
        files, path = self._studio.files, form.text("path")
        try:
            saved = files.save(path, form.text("text"), form.text("basis"))
        except FileChanged as error:
            disk = files.version(path)
            html = rendered("_conflict.html", error=error, theirs=disk.text, ours=form.text("text"), whole=True)
            return JSONResponse({"problem": html, "basis": disk.digest or "", "theirs": disk.text})
        except ConfigurationError as error:
            return JSONResponse({"state": rendered("_file_state.html", problems=error.problems), "reads": False})
        state = rendered("_file_state.html", problems=(), is_saved=True)
        return JSONResponse({"state": state, "reads": True, "basis": saved.digest or ""})
