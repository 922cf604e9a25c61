"""The panel of one photo: why it is in the album or not, its facts, and the other albums that it is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError, Stopped
from immich_smart_albums.operations.explain.photo import Namer
from immich_smart_albums.report.explanation import doing
from immich_smart_albums.web.photo_facts import condition_choices, photo_facts
from immich_smart_albums.web.ranking import is_ranked
from immich_smart_albums.web.rendering import address, page
from immich_smart_albums.web.routes.handlers import fragment
from immich_smart_albums.web.routes.parameters import text_of
from immich_smart_albums.web.why import why

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.photo import RuleExplanation
    from immich_smart_albums.report.html.why import Why
    from immich_smart_albums.web.preview import TypedRule
    from immich_smart_albums.web.studio import Studio


class PhotoRoutes:
    """Routes for one photo of an album."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    @fragment
    def photo(self, request: Request) -> Response:
        """Returns the panel of a photo."""
        studio, asset_id = self._studio, text_of(request, "id")
        with studio.direct_requests():
            try:
                typed = studio.known_preview(text_of(request, "preview")).typed
            except Stopped:  # it was never made, or is long gone: the rule on disk counts
                typed = studio.typed(text_of(request, "name"))
            explanation = studio.session.explain(typed.rule.name, asset_id, rules=typed.rules)
            record = studio.record(explanation.asset_id) or {}
            return page(
                "_photo.html",
                explanation=explanation,
                lines_of=lambda account: self._lines_of(account, typed),
                doing=lambda place: doing(place, explanation.asset_id),
                is_ranked=is_ranked(typed.rule.rule.match),
                facts=photo_facts(record),
                albums=self._other_albums(explanation),
                ticks=condition_choices(record),
                file_name=str(record.get("originalFileName", "")),
                base=studio.session.base,
                read_only=studio.read_only,
            )

    def _lines_of(self, account: RuleExplanation, typed: TypedRule) -> Why | None:
        """Returns the lines of one account's explanation. None if it could not be asked, or does not see the photo."""
        if account.explanation is None:
            return None
        return why(account.explanation, typed, Namer(self._studio.session.accounts.present[account.account].names))

    def _other_albums(self, explanation: AlbumExplanation) -> list[tuple[str, str]]:
        """Returns the names of the other albums that a photo is in, each with its page: here if a rule feeds it."""
        session = self._studio.session
        here = {place.album.id for place in explanation.places if place.album}
        names = {rule.name for rule in session.rules.albums}
        rule_of = {
            known_album.binding.album_id: known_album.key.rule
            for known_album in session.known_albums()
            if known_album.binding
        }
        try:
            albums = session.albums_with(explanation.asset_id)
        except SmartAlbumsError:  # it is good to have, and no more
            return []
        return [
            (
                album.name,
                address("album", name=rule)
                if (rule := rule_of.get(album.id)) in names
                else f"{session.base}/albums/{album.id}",
            )
            for album in albums
            if album.id not in here
        ]
