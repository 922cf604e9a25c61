"""The state behind all pages: the session, the rules, recent previews and plans, and the run that is being written."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import Plan
from immich_smart_albums.config.editing.save import Saver
from immich_smart_albums.errors import ConfigurationError, PlanOutdated, Problem, Stopped
from immich_smart_albums.web.background.job import Job
from immich_smart_albums.web.background.library_reader import LibraryReader
from immich_smart_albums.web.editing.rules_on_disk import RulesOnDisk
from immich_smart_albums.web.editing.whole_file import WholeFiles
from immich_smart_albums.web.page_requests import LatestRequests, Recent
from immich_smart_albums.web.preview import AlbumContents, Preview, TypedRule, distinct, preview
from immich_smart_albums.web.rows.counts import RowCounts, count_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.background.progress import Progress
    from immich_smart_albums.web.page_requests import PageRequest

PREVIEWS = 6
"""Previews that are remembered for the pages that show them. A page whose preview was forgotten asks again."""

PLANS = 4
"""Plans that are remembered, so that they can be applied."""

FRESH_PHOTOS = 600.0
"""Seconds for which previews show photos as they were read. A plan always asks the server."""

FRESH_NAMES = 30.0
"""Seconds for which names and albums count as they were read, when somebody opens a rule."""


class Studio:
    """What all routes share; safe for threads."""

    def __init__(
        self,
        session: Session,
        progress: Progress,
        *,
        read_only: bool = False,
        today: Callable[[], date] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`today` returns the date that rules about days count from, however long the studio runs."""
        self.session = session
        self.progress = progress
        self.read_only = read_only
        saver = Saver()
        self.rules = RulesOnDisk(session, saver, today)
        self.files = WholeFiles(session, saver)
        self.job: Job | None = None
        self.reader = LibraryReader(session, progress)
        self._clock = clock
        self._photos_read_at = self._names_read_at = clock()
        self._latest = LatestRequests()
        self._contents = AlbumContents()
        self._previews = Recent(PREVIEWS)
        self._row_counts = Recent(PREVIEWS)
        self._plans = Recent(PLANS)
        self._lock = threading.Lock()

    def refresh(self) -> None:
        """Read keys, names and albums again, and photos where those in memory are old."""
        with suppress(ConfigurationError):  # the pages that show the rules say what is wrong with them
            self.session.reload()
        self._names_read_at = self._clock()
        is_old = self._names_read_at - self._photos_read_at > FRESH_PHOTOS
        with self.reader.paused():
            self.session.refresh(records=is_old)
        if is_old:
            self._photos_read_at = self._names_read_at
            self.reader.forget()

    def record(self, asset_id: str) -> Record | None:
        """Returns the record of a photo, from the first account that sees it. None if none does."""
        records = (self.session.details(asset_id, account=name) for name in self.session.accounts.present)
        return next((record for record in records if record), None)

    @contextmanager
    def direct_requests(self) -> Iterator[None]:
        """Returns a context in which routes may use accounts directly. Nothing else sends requests meanwhile."""
        with self.reader.paused(), self.session.asking():
            yield

    # -- looking ------------------------------------------------------------------------------------------------------

    def preview(self, name: str, entry: str | None, request: PageRequest) -> Preview:
        """Returns the preview of a rule as it is on disk, or with other lines that somebody is typing.

        For a rule on disk, what is old is read again: its reader may have been in Immich meanwhile. Raises Stopped once
        the page has sent a later request.
        """
        stop = self._latest.begin(request)
        if entry is None and self._clock() - self._names_read_at > FRESH_NAMES:
            self.refresh()
        typed = self.typed(name, entry)
        with self.reader.paused():
            new = preview(self.session, self._contents, typed, secrets.token_urlsafe(9), stop)
        self._previews.put(new.id, new)
        return new

    def typed(self, name: str, entry: str | None = None) -> TypedRule:
        """Returns a rule with other lines than on disk, or as it is there. Raises ConfigurationError."""
        rules, rule = self.rules.typed(name, entry)
        draft = self.rules.draft(name)
        text = draft.text.entry if entry is None else entry
        return TypedRule(rule, rules, draft.text.replaced(text), tuple(draft.rows(text)), tuple(draft.settings(text)))

    def known_preview(self, id_: str) -> Preview:
        """Returns a preview that was made before. Raises Stopped if it was forgotten."""
        preview = self._previews.get(id_)
        if not isinstance(preview, Preview):
            raise Stopped
        return preview

    def row_counts(self, id_: str, request: PageRequest) -> RowCounts:
        """Returns how many photos each row of a previewed rule lets through; its near misses become a tab.

        Raises Stopped if the preview was forgotten, or once the page has sent a later request.
        """
        counts = self._row_counts.get(id_)
        if isinstance(counts, RowCounts):
            return counts
        preview = self.known_preview(id_)
        typed = preview.typed
        stop = self._latest.begin(request)
        with self.reader.paused():
            counts = count_rows(self.session, typed.rule, typed.text, typed.rows, stop)
        preview.groups["near"] = distinct(counts.near)
        self._row_counts.put(id_, counts)
        self.reader.begin()
        return counts

    def plan(self, allow: Sequence[str] = ()) -> Plan:
        """Returns the plan of all rules, which can be applied by its fingerprint. Raises ConfigurationError."""
        self.rules.open()
        if self.rules.new_file:
            raise ConfigurationError(
                (Problem(str(self.rules.new_file), "there is no rule yet", "Make an album first."),)
            )
        with self.reader.paused():
            plan = self.session.writable(self.session.plan(allow=allow))
        self._plans.put(plan.fingerprint, plan)
        return plan

    def plan_undo(self, run: int | None) -> Plan:
        """Returns the plan that undoes a run, which can be applied by its fingerprint."""
        self.rules.open()
        with self.reader.paused():
            plan = self.session.writable(self.session.plan_undo(run))
        self._plans.put(plan.fingerprint, plan)
        return plan

    def is_gone(self, album: AlbumPlan) -> bool:
        """Returns whether a rule is stopped because the album that it fed is not there any more."""
        if not album.problems:
            return False
        bindings = [
            known_album.binding for known_album in self.session.known_albums() if known_album.key.rule == album.rule
        ]
        ids = {shown.id for account in self.session.accounts.present.values() for shown in account.names.albums}
        return any(binding is not None and binding.album_id not in ids for binding in bindings)

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, fingerprint: str) -> Job:
        """Begin to write exactly the plan that was shown. Raises PlanOutdated if that cannot be."""
        plan = self._plans.get(fingerprint)
        with self._lock:
            if self.job is not None and self.job.is_running:
                raise PlanOutdated("a run is being written already", hint="Wait until it has ended, or stop it.")
            if not isinstance(plan, Plan):
                raise PlanOutdated(
                    "this plan was made too long ago", hint="Look at the plan again, and apply that one."
                )
            self.job = Job(self.session, plan, self.reader)
            self.job.start()
            return self.job

    def close(self) -> None:
        """Stop the run that is being written, if there is one, and wait for its end."""
        if self.job is not None and self.job.is_running:
            self.job.stop()
            self.job.wait()
