"""The pages of all albums, and of the check of server, key and rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.changes.change import CreateAlbum
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.report.plan.words import totals
from immich_smart_albums.web.rendering import page
from immich_smart_albums.web.routes.handlers import bug, fragment, json_route
from immich_smart_albums.web.routes.parameters import text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.requests import Request

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.web.studio import Studio


BY_HAND = 120
"""Albums kept by hand that the page shows at first: some people have a thousand."""


class Pages:
    """Routes for these pages."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def albums(self, _: Request) -> Response:
        """Returns the page of all albums; `albums_body` fills it."""
        return page("albums.html", read_only=self._studio.read_only)

    @fragment
    def albums_body(self, request: Request) -> Response:
        """Returns the albums that rules feed, and some that people keep by hand; with `all`, all of those."""
        rules, problem = self._rules()
        with self._studio.direct_requests():
            self._studio.refresh()
            return self._albums(rules, problem, None if text_of(request, "all") else BY_HAND)

    def _albums(self, rules: tuple[AlbumRule, ...], problem: SmartAlbumsError | None, shown: int | None) -> Response:
        studio = self._studio
        accounts = studio.session.accounts
        fed_by = {album.key.rule: album.binding for album in studio.session.known_albums()}
        bound = {binding.album_id: rule for rule, binding in fed_by.items() if binding}
        albums = {album.id: album for account in accounts.present.values() for album in account.names.albums}
        fed = [(rule, _album_of(rule, albums.values(), bound)) for rule in rules]
        ids = {album.id for _, album in fed if album} | {id_ for id_, rule in bound.items() if _is_fed(rule, rules)}
        by_hand = sorted(
            (album for album in albums.values() if album.id not in ids), key=lambda album: album.name.casefold()
        )
        runs = studio.session.history(1)
        return page(
            "_albums.html",
            fed=fed,
            by_hand=by_hand,
            shown=len(by_hand) if shown is None else shown,
            base=studio.session.base,
            new_file=studio.rules.new_file,
            problem=problem,
            absent=accounts.absent.values(),
            last_run=runs[0] if runs else None,
            read_only=studio.read_only,
        )

    def _rules(self) -> tuple[tuple[AlbumRule, ...], SmartAlbumsError | None]:
        """Returns the rules. If the files have become unreadable, those from before, and the error."""
        try:
            return self._studio.rules.albums(), None
        except SmartAlbumsError as error:
            if self._studio.rules.last_read is None:
                raise
            return self._studio.rules.last_read, error

    @json_route
    def status(self, _: Request) -> Response:
        """Returns how the albums of each rule stand to it. This makes the plan of all rules."""
        plan = self._studio.plan()
        albums: dict[str, list[AlbumPlan]] = {}
        for album in plan.albums:
            albums.setdefault(album.split or album.rule, []).append(album)
        standings = {name: {**_standing(of_rule), "photo": _sample(of_rule)} for name, of_rule in albums.items()}
        return JSONResponse({"albums": standings, "totals": totals(plan), "changes": plan.has_changes})

    def progress(self, _: Request) -> Response:
        """Returns how many photos were read, and whether Immich is still to be asked which it has looked at."""
        studio = self._studio
        reading, open_ = studio.reader.is_reading, studio.session.leaves_open
        library = {"reading": reading, "library": studio.reader.read, "total": studio.reader.total, "open": open_}
        return JSONResponse({"read": studio.progress.read, **library})

    def check(self, _: Request) -> Response:
        """Returns the page of the check; `check_body` fills it."""
        return page("check.html", read_only=self._studio.read_only)

    @fragment
    def check_body(self, _: Request) -> Response:
        """Returns the findings about each account, and about the rules."""
        session = self._studio.session
        self._studio.rules.open()
        with self._studio.direct_requests():
            self._studio.refresh()
            healths = {name: session.check(name) for name in session.accounts.present}
            problems = () if self._studio.rules.new_file else session.check_rules()
            return page(
                "_check.html",
                healths=healths,
                problems=problems,
                absent=session.accounts.absent,
                new_file=self._studio.rules.new_file,
            )

    def exception_handlers(self) -> dict[type[Exception] | int, Callable[[Request, Exception], Response]]:
        """Returns the handlers for an address that does not exist, and for a bug in a route."""
        return {
            404: lambda _, __: page("not_found.html", 404, read_only=self._studio.read_only),
            Exception: lambda _, error: page("error.html", 500, error=bug(error), read_only=self._studio.read_only),
        }


def _is_fed(rule_of_ledger: str, rules: tuple[AlbumRule, ...]) -> bool:
    """Returns whether a rule that the ledger knows still exists."""
    return any(same_name(rule.name, rule_of_ledger) for rule in rules)


def _album_of(rule: AlbumRule, albums: Iterable[Album], bound: dict[str, str]) -> Album | None:
    """Returns the album that a rule feeds, by the ledger, else by its name. None if there is none yet."""
    albums = list(albums)
    for album in albums:
        if rule.album_id == album.id or same_name(bound.get(album.id, ""), rule.name):
            return album
    return next((album for album in albums if same_name(album.name, rule.name) and album.role != "viewer"), None)


def _sample(albums: list[AlbumPlan]) -> str | None:
    """Returns a photo that would be added, for the cover of an album that does not exist yet."""
    return next((asset.id for album in albums for asset in album.additions), None)


def _standing(albums: list[AlbumPlan]) -> dict[str, object]:
    """Returns how the albums of a rule stand to it: in a few words, with a kind that gives them a colour."""
    added = sum(len(album.additions) for album in albums)
    removed = sum(len(album.removals) for album in albums)
    waiting = sum(len(wait.assets) for album in albums for wait in album.waiting)
    problems = [problem.message for album in albums for problem in album.problems]
    refusals = [refusal for album in albums for refusal in album.refusals]
    counts = [f"+{added:,}"] * bool(added) + [f"−{removed:,}"] * bool(removed)  # noqa: RUF001 - a minus
    wait = [f"{waiting:,} waiting"] * bool(waiting)
    if problems:
        return {"kind": "stopped", "words": "stopped", "reason": problems[0]}
    if refusals:
        return {"kind": "stopped", "words": " ".join(["refused", *counts]), "reason": refusals[0]}
    if counts:
        is_new = any(isinstance(change, CreateAlbum) for album in albums for change in album.changes)
        return {"kind": "changes", "words": " ".join([*(["new"] * is_new), *counts, *wait]), "reason": ""}
    if any(album.has_changes for album in albums):
        return {"kind": "changes", "words": "details would change", "reason": ""}
    exists = any(album.album for album in albums)
    words = ", ".join(["in step" if exists else "nothing matches yet", *wait]) if albums else "nothing matches yet"
    return {"kind": "in-step" if exists else "nothing", "words": words, "reason": ""}
