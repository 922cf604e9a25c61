"""One album: its rule, the photos that the rule means, and why for each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.config.editing.albums import album_entry, match_from_photo
from immich_smart_albums.config.editing.rows import GROUPS
from immich_smart_albums.errors import FileChanged, SmartAlbumsError, Stopped
from immich_smart_albums.operations.explain.photo import Namer
from immich_smart_albums.report.explanation import doing
from immich_smart_albums.report.plan.words import edits, heading, state
from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.web.editing.starters import STARTERS, starter_of
from immich_smart_albums.web.photo_facts import facts, rule_facts, ticks
from immich_smart_albums.web.preview import TABS
from immich_smart_albums.web.questions import Question
from immich_smart_albums.web.ranking import is_ranked
from immich_smart_albums.web.rendering import address, page, rendered
from immich_smart_albums.web.routes.answering import number_of, part, scripted, text_of
from immich_smart_albums.web.routes.edits import predicate_words
from immich_smart_albums.web.routes.forms import Form, form_of
from immich_smart_albums.web.rows.choices import suggestions
from immich_smart_albums.web.why import why

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from starlette.requests import Request

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.photo import RuleExplanation
    from immich_smart_albums.report.html.why import Why
    from immich_smart_albums.web.preview import Preview, Typed
    from immich_smart_albums.web.studio import Studio

PAGE = 240
"""Photos told at a time."""


PEOPLE = 12
COUNTRIES = 6
"""With whom, and where, an album can begin."""


class RuleRoutes:
    """Routes of one album's page."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def album(self, request: Request) -> Response:
        """Returns the page of an album: its rule now, its photos as soon as they are known."""
        name = text_of(request, "name")
        try:
            draft = self._studio.rules.draft(name)
        except SmartAlbumsError as error:
            return page("trouble.html", 404, error=error, read_only=self._studio.read_only)
        tabs = {**TABS, "near": "Near misses"}
        return page("album.html", name=name, draft=draft, tabs=tabs, read_only=self._studio.read_only)

    @scripted
    def preview_saved(self, request: Request) -> Response:
        """Returns what the rule on disk means now, and its lines, which may be others than when the page was loaded."""
        name = text_of(request, "name")
        draft = self._studio.rules.draft(name)
        lines = {"entry": draft.text.entry, "basis": draft.basis}
        return JSONResponse({**self._previewed(name, None, _question(request)), **lines})

    async def preview_typed(self, request: Request) -> Response:
        """Returns what the rule means that is being typed."""
        form = await form_of(request)
        return await form.answer(lambda: self._typed(form))

    @scripted
    def _typed(self, form: Form) -> Response:
        question = Question(form.text("page"), form.number("number"))
        return JSONResponse(self._previewed(form.text("name"), form.text("entry"), question))

    def _previewed(self, name: str, entry: str | None, question: Question) -> dict[str, object]:
        shown = self._studio.preview(name, entry, question)
        read_only = self._studio.read_only
        return {
            "rows": rendered(
                "_rows.html", rows=shown.rows, words=predicate_words(), groups=GROUPS, read_only=read_only
            ),
            "settings": rendered("_settings.html", settings=shown.typed.settings, read_only=read_only),
            "preview": shown.id,
            "name": shown.rule.name,
            "counts": shown.counts,
            "open": shown.is_open,
            "known": not shown.problems,
            "waiting": shown.sizes("waiting"),
            "about": rendered(
                "_about.html", shown=shown, lines=_lines(shown), base=self._studio.session.base, read_only=read_only
            ),
        }

    @scripted
    def photos(self, request: Request) -> Response:
        """Returns some photos of a tab, or of one of its groups: id, when, file name, and kind."""
        shown, tab = self._studio.shown(text_of(request, "preview")), text_of(request, "tab")
        start = number_of(request, "from")
        group = number_of(request, "group") if text_of(request, "group") else None
        photos = list(map(_photo, shown.photos(tab, group, start, PAGE)))
        return JSONResponse({"total": shown.count(tab, group), "from": start, "photos": photos})

    @scripted
    def further(self, request: Request) -> Response:
        """Returns how many photos each row lets through, alone and after those above, and how many miss by it alone."""
        id_ = text_of(request, "preview")
        further = self._studio.further(id_, _question(request))
        shown = self._studio.shown(id_)
        return JSONResponse({"rows": dict(further.counts), "near": shown.count("near"), "groups": shown.sizes("near")})

    @part
    def photo(self, request: Request) -> Response:
        """Returns why a photo is in the album or not, and what it is about."""
        with self._studio.asking():
            return self._photo(text_of(request, "id"), text_of(request, "name"), text_of(request, "preview"))

    def _photo(self, id_: str, name: str, preview: str) -> Response:
        studio = self._studio
        try:
            typed = studio.shown(preview).typed
        except Stopped:  # it is long gone, or was never made: the rule on disk counts
            typed = studio.typed(name)
        explanation = studio.session.explain(typed.rule.name, id_, rules=typed.rules)
        record = studio.record(explanation.asset_id) or {}
        return page(
            "_photo.html",
            explanation=explanation,
            lines_of=lambda account: self._lines_of(account, typed),
            doing=lambda place: doing(place, explanation.asset_id),
            is_ranked=is_ranked(typed.rule.rule.match),
            facts=facts(record),
            albums=self._albums_with(explanation),
            ticks=ticks(record),
            file_name=str(record.get("originalFileName", "")),
            base=studio.session.base,
            read_only=studio.read_only,
        )

    def _lines_of(self, account: RuleExplanation, typed: Typed) -> Why | None:
        names = self._studio.session.accounts.present[account.account].names
        return None if account.explanation is None else why(account.explanation, typed, Namer(names))

    def _albums_with(self, explanation: AlbumExplanation) -> list[tuple[str, str]]:
        """The other albums that a photo is in, by name, each with the address of its page: here if a rule feeds it."""
        here = {place.album.id for place in explanation.places if place.album}
        fed = {rule.name: rule.name for rule in self._studio.session.rules.albums}
        known = {
            known.binding.album_id: known.key.rule for known in self._studio.session.known_albums() if known.binding
        }
        try:
            albums = self._studio.session.albums_with(explanation.asset_id)
        except SmartAlbumsError:  # it is good to have, and no more
            return []
        pages = {
            album.id: address("album", name=rule)
            if (rule := fed.get(known.get(album.id, "")))
            else f"{self._studio.session.base}/albums/{album.id}"
            for album in albums
        }
        return [(album.name, pages[album.id]) for album in albums if album.id not in here]

    def new(self, request: Request) -> Response:
        """Returns where an album begins: a template and a name."""
        try:
            self._studio.rules.open()
            paths = self._studio.rules.paths
        except SmartAlbumsError as error:
            return page("trouble.html", 422, error=error, read_only=self._studio.read_only)
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
        """Returns people and countries that an album can begin with; nothing while Immich cannot be asked."""
        session = self._studio.session
        try:
            with self._studio.asking():
                people = suggestions(session, PREDICATES_BY_WORD["person"], "", {})["any"]
                countries = suggestions(session, PREDICATES_BY_WORD["place"], "", {})["country"]
        except SmartAlbumsError:
            return Response()
        self._studio.reader.begin()
        return page("_starters.html", people=people.first[:PEOPLE], countries=countries.first[:COUNTRIES])

    async def create(self, request: Request) -> Response:
        """Write a new album into a rules file."""
        form = await form_of(request)
        return await form.answer(lambda: self._created(form))

    @scripted
    def _created(self, form: Form) -> Response:
        paths = {str(path): path for path in self._studio.rules.paths}
        if form.text("photo"):
            entry = self._from_photo(form.text("photo"), form.text("ticks").split(), form.text("name").strip())
        else:
            starter = starter_of(form.text("starter"))
            album_id = form.text("album") if is_id(form.text("album")) else None
            entry = album_entry(form.text("name").strip() or starter.title, starter.match, album_id=album_id)
        written = self._studio.rules.add(entry, paths.get(form.text("file")))
        return JSONResponse({"name": written})

    def _from_photo(self, photo: str, ticks: Sequence[str], name: str) -> dict[str, Plain]:
        """A rule for photos that have what is ticked in common with one."""
        known = rule_facts(self._studio.record(photo) or {})
        match = match_from_photo(known, ticks)
        usual = ", ".join(str(value) for value in (*known.people, known.city or known.country, known.day) if value)
        return album_entry(name or usual or "New album", match)

    async def save(self, request: Request) -> Response:
        """Write an album's lines into its file."""
        form = await form_of(request)
        return await form.answer(lambda: self._saved(form))

    @scripted
    def _saved(self, form: Form) -> Response:
        try:
            name = self._studio.rules.save(form.text("name"), form.text("entry"), form.text("basis"))
        except FileChanged as error:
            draft = self._studio.rules.draft(form.text("name"))
            html = rendered("_conflict.html", error=error, theirs=draft.text.entry, ours=form.text("entry"))
            return JSONResponse({"problem": html, "basis": draft.basis, "theirs": draft.text.entry})
        draft = self._studio.rules.draft(name)
        return JSONResponse({"name": name, "basis": draft.basis, "entry": draft.text.entry})


def _question(request: Request) -> Question:
    return Question(text_of(request, "page"), number_of(request, "number"))


def _photo(asset: Asset) -> list[str]:
    return [asset.id, asset.local_time[:16], asset.file_name, asset.type]


def _lines(shown: Preview) -> Iterable[dict[str, object]]:
    """Notes, warnings and problems of each album that the rule feeds."""
    return [
        {
            "heading": heading(album),
            "state": state(album),
            "edits": list(edits(album, shown.plan.server)),
            "album": album,
        }
        for album in shown.albums
    ]
