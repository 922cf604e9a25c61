"""Plans that are shown and applied, what was done, and taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from immich_smart_albums.changes.change import DeleteAlbum, SetDetails
from immich_smart_albums.config.editing.albums import set_word
from immich_smart_albums.config.editing.draft import read_value
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.report.failures import problems_of
from immich_smart_albums.report.history import album_ids, by_rule, written_lines
from immich_smart_albums.report.plan.words import edits, state, totals, waits
from immich_smart_albums.web.rendering import headline, page, rendered
from immich_smart_albums.web.routes.answering import number_of, part, scripted
from immich_smart_albums.web.routes.forms import Form, form_of
from immich_smart_albums.web.written_and_left import written_and_left

if TYPE_CHECKING:
    from starlette.requests import Request

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.web.background.job import Job
    from immich_smart_albums.web.studio import Studio

SHOWN = 24
"""Photos of an album that a plan shows of those that come, and of those that go."""

SHOWN_OF_RUN = 120

_SIGNS = {Outcome.ADDED: "+", Outcome.REMOVED: "−"}  # noqa: RUF001 - a minus


class RunRoutes:
    """Routes of these pages."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def plan(self, _: Request) -> Response:
        """Returns the plan of everything; filled by `plan_body`."""
        return page("plan.html", read_only=self._studio.read_only, run=None)

    @part
    def plan_body(self, request: Request) -> Response:
        """Returns what would change, album by album."""
        self._studio.rules.open()
        if self._studio.rules.new_file is not None:
            return page("_no_rules.html", new_file=self._studio.rules.new_file, read_only=self._studio.read_only)
        return self._body(self._studio.plan(request.query_params.getlist("allow")))

    def undo(self, request: Request) -> Response:
        """Returns the plan that takes a run back; filled by `undo_body`."""
        run = number_of(request, "run")
        return page("plan.html", read_only=self._studio.read_only, run=run)

    @part
    def undo_body(self, request: Request) -> Response:
        """Returns what taking a run back would change."""
        return self._body(self._studio.plan_undo(number_of(request, "run") or None))

    def _body(self, plan: Plan) -> Response:
        albums = [
            {
                "plan": album,
                "state": state(album),
                "edits": [edit for edit in edits(album, plan.server) if not edit.startswith("cover ")],
                "cover": _cover(album),
                "waits": list(waits(album)),
                "is_gone": self._studio.is_gone(album),
            }
            for album in plan.albums
        ]
        is_busy = self._studio.job is not None and self._studio.job.is_running
        return page(
            "_plan.html",
            plan=plan,
            albums=albums,
            totals=totals(plan),
            shown=SHOWN,
            is_busy=is_busy,
            read_only=self._studio.read_only,
            notes=self._studio.progress.notes,
        )

    async def apply(self, request: Request) -> Response:
        """Begin to write a plan that was shown."""
        form = await form_of(request)
        return await form.answer(lambda: self._applied(form))

    @scripted
    def _applied(self, form: Form) -> Response:
        self._studio.apply(form.text("fingerprint"))
        return JSONResponse({"running": True})

    @scripted
    def job(self, _: Request) -> Response:
        """Returns how far the run is that is being written, or what became of it."""
        job = self._studio.job
        if job is None:
            return JSONResponse({"running": False, "html": ""})
        progress = {"running": job.is_running, "done": job.done, "total": job.total}
        return JSONResponse({**progress, "html": "" if job.is_running else _ended(job)})

    async def make_again(self, request: Request) -> Response:
        """Forget which album a rule fed, where that is gone: the next plan makes one."""
        form = await form_of(request)
        return await form.answer(lambda: self._made_again(form))

    @scripted
    def _made_again(self, form: Form) -> Response:
        self._studio.session.forget_album(form.text("rule"))
        return JSONResponse({"forgotten": True})

    async def was(self, request: Request) -> Response:
        """Write into the file what a rule was before, or that it is new: the next plan goes on from there."""
        form = await form_of(request)
        return await form.answer(lambda: self._answered(form))

    @scripted
    def _answered(self, form: Form) -> Response:
        rules, rule = self._studio.rules, form.text("rule")
        draft, was = rules.draft(rule), read_value(form.text("was"))
        entry = draft.edited(draft.text.entry, lambda data, album: set_word(data, album, "was", was))
        return JSONResponse({"name": rules.save(rule, entry, draft.basis)})

    async def stop(self, request: Request) -> Response:
        """End the run that is being written."""
        form = await form_of(request)
        return await form.answer(self._stopped)

    @scripted
    def _stopped(self) -> Response:
        if self._studio.job is not None:
            self._studio.job.stop()
        return JSONResponse({"stopping": True})

    def history(self, _: Request) -> Response:
        """Returns the runs."""
        return _history_page(self._studio)

    def run(self, request: Request) -> Response:
        """Returns what one run did, with its photos."""
        return _run_page(self._studio, number_of(request, "id"))


def _cover(album: AlbumPlan) -> str:
    """Returns the photo that becomes the album's cover; empty if none does."""
    changes = (change.edits() for change in album.changes if isinstance(change, SetDetails))
    return next((edits["cover"].new for edits in changes if "cover" in edits), "")


def _ended(job: Job) -> str:
    error = job.error
    return rendered(
        "_ended.html",
        job=job,
        headline=headline(error) if error else "",
        problems=problems_of(error) if error else (),
        outcome=written_and_left(job.plan, job.result),
    )


@part
def _history_page(studio: Studio) -> Response:
    return page("history.html", runs=studio.session.history(200), read_only=studio.read_only)


@part
def _run_page(studio: Studio, number: int) -> Response:
    run, writes = studio.session.run(number)
    record = next((entry for entry in studio.session.history(1000) if entry.run.id == number), None)
    albums = [
        {
            "name": rule,
            "ids": []
            if any(isinstance(write.intent.change, DeleteAlbum) for write in of_album)
            else album_ids(of_album),
            "lines": [line.removeprefix("~ ") for line in written_lines(of_album, run.server) if line[0] not in "+-"],
            "photos": [
                (sign, [id_ for write in of_album for id_ in write.ids(outcome)], outcome.value)
                for outcome, sign in _SIGNS.items()
            ],
        }
        for rule, of_album in by_rule(writes).items()
    ]
    return page(
        "run.html",
        run=run,
        record=record,
        albums=albums,
        shown=SHOWN_OF_RUN,
        base=run.server,
        read_only=studio.read_only,
    )
