"""Deleting a rule: what goes and what stays is said first, and afterwards how to get it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.errors import EditRefused, FileChanged, SmartAlbumsError
from immich_smart_albums.model.text.command import command
from immich_smart_albums.web.rendering import page, rendered
from immich_smart_albums.web.routes.answering import scripted, text_of
from immich_smart_albums.web.routes.forms import Form, form_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.web.studio import Studio


class DeletionRoutes:
    """Routes of the page on which a rule is deleted."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def delete(self, request: Request) -> Response:
        """Returns the page that says what deleting a rule means."""
        name, read_only = text_of(request, "name"), self._studio.read_only
        try:
            rule = self._studio.rules.album(name)
            version, deletion = self._studio.rules.deletion(name)
            known = {
                known_album.split or known_album.key.rule
                for known_album in self._studio.session.known_albums()
                if known_album.binding
            }
        except SmartAlbumsError as error:
            return page("trouble.html", 422, error=error, read_only=read_only)
        return page(
            "delete.html",
            name=rule.name,
            version=version,
            gone=deletion.gone,
            is_split=bool(rule.rule.split),
            is_bound=rule.name in known,
            forget=command("immich-smart-albums", "ledger", "forget", rule.name, "--binding").strip("`"),
            read_only=read_only,
        )

    async def delete_rule(self, request: Request) -> Response:
        """Take a rule out of its file."""
        form = await form_of(request)
        return await form.answer(lambda: self._deleted(form))

    @scripted
    def _deleted(self, form: Form) -> Response:
        name = form.text("name")
        try:
            before, after = self._studio.rules.delete(name, form.text("basis"))
        except FileChanged:
            message = "the file was changed by somebody else meanwhile, and nothing was deleted"
            raise EditRefused(message, hint="Look again: the page then shows what would go now.") from None
        html = rendered("_deleted.html", name=name, path=after.path)
        return JSONResponse({"html": html, "before": before.text, "basis": after.digest or ""})
