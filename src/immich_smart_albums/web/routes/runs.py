"""The pages of plans and runs: a plan is shown and applied, a run is shown and undone."""

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
from immich_smart_albums.web.apply_outcome import apply_outcome
from immich_smart_albums.web.rendering import headline, page, rendered
from immich_smart_albums.web.routes.handlers import form_route, fragment, json_route
from immich_smart_albums.web.routes.parameters import Form, number_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.web.background.job import Job
    from immich_smart_albums.web.studio import Studio

SHOWN = 24
"""Photos that a plan shows of each album, of those that come and of those that go."""

SHOWN_OF_RUN = 120

_SIGNS = {Outcome.ADDED: "+", Outcome.REMOVED: "−"}  # noqa: RUF001 - a minus


class RunRoutes:
    """Routes for plans and runs."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    def plan(self, _: Request) -> Response:
        """Returns the page of the plan; `plan_body` fills it."""
        return page("plan.html", read_only=self._studio.read_only, run=None)

    @fragment
    def plan_body(self, request: Request) -> Response:
        """Returns what would change, album by album."""
        self._studio.rules.open()
        if self._studio.rules.new_file is not None:
            return page("_no_rules.html", new_file=self._studio.rules.new_file, read_only=self._studio.read_only)
        return self._body(self._studio.plan(request.query_params.getlist("allow")))

    def undo(self, request: Request) -> Response:
        """Returns the page on which a run is undone; `undo_body` fills it."""
        run = number_of(request, "run")
        return page("plan.html", read_only=self._studio.read_only, run=run)

    @fragment
    def undo_body(self, request: Request) -> Response:
        """Returns what undoing a run would change."""
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

    @form_route
    def apply(self, form: Form) -> Response:
        """Begin to write a plan that was shown."""
        self._studio.apply(form.text("fingerprint"))
        return JSONResponse({"running": True})

    @json_route
    def job(self, _: Request) -> Response:
        """Returns the progress of the run that is being written, or its outcome."""
        job = self._studio.job
        if job is None:
            return JSONResponse({"running": False, "html": ""})
        progress = {"running": job.is_running, "done": job.done, "total": job.total}
        return JSONResponse({**progress, "html": "" if job.is_running else _ended(job)})

    @form_route
    def make_again(self, form: Form) -> Response:
        """Forget which album a rule fed, where that is gone: the next plan makes one."""
        self._studio.session.forget_album(form.text("rule"))
        return JSONResponse({"forgotten": True})

    @form_route
    def was(self, form: Form) -> Response:
        """Write into the file what a rule was before, or that it is new: the next plan goes on from there."""
        rules, rule = self._studio.rules, form.text("rule")
        draft, was = rules.draft(rule), read_value(form.text("was"))
        entry = draft.edited(draft.text.entry, lambda data, album: set_word(data, album, "was", was))
        return JSONResponse({"name": rules.save(rule, entry, draft.basis)})

    @form_route
    def stop(self, _: Form) -> Response:
        """End the run that is being written."""
        if self._studio.job is not None:
            self._studio.job.stop()
        return JSONResponse({"stopping": True})

    @fragment
    def history(self, _: Request) -> Response:
        """Returns the page of all runs."""
        return page("history.html", runs=self._studio.session.history(200), read_only=self._studio.read_only)

    @fragment
    def run(self, request: Request) -> Response:
        """Returns the page of one run: what it did, with its photos."""
        session, number = self._studio.session, number_of(request, "id")
        run, writes = session.run(number)
        record = next((entry for entry in session.history(1000) if entry.run.id == number), None)
        return page(
            "run.html",
            run=run,
            record=record,
            albums=[_album_of_run(rule, of_album, run) for rule, of_album in by_rule(writes).items()],
            shown=SHOWN_OF_RUN,
            base=run.server,
            read_only=self._studio.read_only,
        )


def _cover(album: AlbumPlan) -> str:
    """Returns the photo that becomes the album's cover. Empty if none does."""
    changes = (change.edits() for change in album.changes if isinstance(change, SetDetails))
    return next((edits["cover"].new for edits in changes if "cover" in edits), "")


def _ended(job: Job) -> str:
    error = job.error
    return rendered(
        "_ended.html",
        job=job,
        headline=headline(error) if error else "",
        problems=problems_of(error) if error else (),
        outcome=apply_outcome(job.plan, job.result),
    )


def _album_of_run(rule: str, writes: Sequence[Write], run: Run) -> dict[str, object]:
    """Returns what a run wrote to the albums of one rule, for its page."""
    is_deleted = any(isinstance(write.intent.change, DeleteAlbum) for write in writes)
    return {
        "name": rule,
        "ids": [] if is_deleted else album_ids(writes),
        "lines": [line.removeprefix("~ ") for line in written_lines(writes, run.server) if line[0] not in "+-"],
        "photos": [
            (sign, [id_ for write in writes for id_ in write.ids(outcome)], outcome.value)
            for outcome, sign in _SIGNS.items()
        ],
    }
