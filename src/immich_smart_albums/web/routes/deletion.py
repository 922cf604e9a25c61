"""The page on which a rule is deleted: first what goes and what stays, afterwards how to get it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.errors import EditRefused, FileChanged, SmartAlbumsError
from immich_smart_albums.model.text.command import command
from immich_smart_albums.web.rendering import page, rendered
from immich_smart_albums.web.routes.handlers import form_route
from immich_smart_albums.web.routes.parameters import Form, text_of

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.web.studio import Studio


class DeletionRoutes:
    """Routes for deleting a rule."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def delete(self, request: Request) -> Response:
        """Returns the page before it: what deleting the rule means."""
        name, read_only = text_of(request, "name"), self._studio.read_only
        try:
            rule = self._studio.rules.album(name)
            version, deletion = self._studio.rules.deletion(name)
            bound = {
                known_album.split or known_album.key.rule
                for known_album in self._studio.session.known_albums()
                if known_album.binding
            }
        except SmartAlbumsError as error:
            return page("error.html", 422, error=error, read_only=read_only)
        return page(
            "delete.html",
            name=rule.name,
            version=version,
            gone=deletion.gone,
            is_split=bool(rule.rule.split),
            is_bound=rule.name in bound,
            forget=command("immich-smart-albums", "ledger", "forget", rule.name, "--binding").strip("`"),
            read_only=read_only,
        )

    @form_route
    def delete_rule(self, form: Form) -> Response:
        """Take a rule out of its file. Raises EditRefused if the file has changed since it was shown."""
        name = form.text("name")
        try:
            before, after = self._studio.rules.delete(name, form.text("basis"))
        except FileChanged:
            message = "the file was changed by somebody else meanwhile, and nothing was deleted"
            raise EditRefused(message, hint="Look again: the page then shows what would go now.") from None
        html = rendered("_deleted.html", name=name, path=after.path)
        return JSONResponse({"html": html, "before": before.text, "basis": after.digest or ""})
