"""State that all pages share: one session, the rules, what was shown of them, and the run that is being written."""

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
from immich_smart_albums.web.preview import AlbumContents, Preview, Typed, distinct, preview
from immich_smart_albums.web.questions import Latest, Shelf
from immich_smart_albums.web.rows.counts import Further, look_further

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.background.progress import Progress
    from immich_smart_albums.web.questions import Question

PREVIEWS = 6
"""So many are kept for pages that show photos of them; a page whose preview is gone asks anew."""

PLANS = 4
"""So many that were shown may be applied."""

FRESH = 600.0
"""Seconds for which photos in memory are shown as they were read; a plan always asks anew."""

FRESH_NAMES = 30.0
"""The same for names and albums, when somebody comes to a rule."""


class Studio:
    """Behind all pages; safe for threads."""

    def __init__(
        self,
        session: Session,
        progress: Progress,
        *,
        read_only: bool = False,
        today: Callable[[], date] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Rules that speak of days count from what `today` says, however long the studio runs."""
        self.session = session
        self.progress = progress
        self.read_only = read_only
        saver = Saver()
        self.rules = RulesOnDisk(session, saver, today)
        self.files = WholeFiles(session, saver)
        self.job: Job | None = None
        self.reader = LibraryReader(session, progress)
        self._clock = clock
        self._read_at = self._looked_at = clock()
        self._latest = Latest()
        self._contents = AlbumContents()
        self._previews = Shelf(PREVIEWS)
        self._further = Shelf(PREVIEWS)
        self._plans = Shelf(PLANS)
        self._lock = threading.Lock()

    def look_again(self) -> None:
        """Ask for names and albums anew, and for photos where those in memory are old; keys may be others, too."""
        with suppress(ConfigurationError):  # what is wrong with the rules is said where they are shown
            self.session.reload()
        self._looked_at = self._clock()
        is_old = self._looked_at - self._read_at > FRESH
        with self.reader.making_way():
            self.session.refresh(records=is_old)
        if is_old:
            self._read_at = self._looked_at
            self.reader.forget()

    def record(self, asset_id: str) -> Record | None:
        """Returns all that the first account is shown that sees a photo. None if none does."""
        records = (self.session.details(asset_id, account=name) for name in self.session.accounts.present)
        return next((record for record in records if record), None)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Returns a context in which accounts may be asked directly. Nothing else is asked, and nothing ends it."""
        with self.reader.making_way(), self.session.asking():
            yield

    # -- looking ------------------------------------------------------------------------------------------------------

    def preview(self, name: str, entry: str | None, question: Question) -> Preview:
        """Returns what a rule means now, as it is on disk or as it is being typed. Raises Stopped if it is outdated.

        Who looks at the one on disk comes to it, perhaps from Immich, or from a night's sleep.
        """
        stop = self._latest.begin(question.page, question.number)
        if entry is None and self._clock() - self._looked_at > FRESH_NAMES:
            self.look_again()
        typed = self.typed(name, entry)
        with self.reader.making_way():
            shown = preview(self.session, self._contents, typed, secrets.token_urlsafe(9), stop)
        self._previews.put(shown.id, shown)
        return shown

    def typed(self, name: str, entry: str | None = None) -> Typed:
        """Returns a rule with other lines than on disk, or as it is there. Raises ConfigurationError."""
        rules, rule = self.rules.typed(name, entry)
        draft = self.rules.draft(name)
        text = draft.text.entry if entry is None else entry
        return Typed(rule, rules, draft.text.replaced(text), tuple(draft.rows(text)), tuple(draft.settings(text)))

    def shown(self, id_: str) -> Preview:
        """Returns a preview that was made. Raises Stopped for one that is long gone."""
        preview = self._previews.get(id_)
        if not isinstance(preview, Preview):
            raise Stopped
        return preview

    def further(self, id_: str, question: Question) -> Further:
        """Returns how many photos each row of a rule lets through, and what misses by one of them."""
        shown = self.shown(id_)
        known = self._further.get(id_)
        if isinstance(known, Further):
            return known
        typed = shown.typed
        stop = self._latest.begin(question.page, question.number)
        with self.reader.making_way():
            further = look_further(self.session, typed.rule, typed.text, typed.rows, stop)
        shown.groups["near"] = distinct(further.near)
        self._further.put(id_, further)
        self.reader.begin()
        return further

    def plan(self, allow: Sequence[str] = ()) -> Plan:
        """Returns the plan of everything, known by its fingerprint from now on. Raises ConfigurationError."""
        self.rules.open()
        if self.rules.new_file:
            raise ConfigurationError(
                (Problem(str(self.rules.new_file), "there is no rule yet", "Make an album first."),)
            )
        with self.reader.making_way():
            plan = self.session.writable(self.session.plan(allow=allow))
        self._plans.put(plan.fingerprint, plan)
        return plan

    def plan_undo(self, run: int | None) -> Plan:
        """Returns the plan that takes a run back, known by its fingerprint from now on."""
        self.rules.open()
        with self.reader.making_way():
            plan = self.session.writable(self.session.plan_undo(run))
        self._plans.put(plan.fingerprint, plan)
        return plan

    def is_gone(self, album: AlbumPlan) -> bool:
        """Returns whether a rule is stopped because the album is not there any more that it fed so far."""
        if not album.problems:
            return False
        bindings = [known.binding for known in self.session.known_albums() if known.key.rule == album.rule]
        ids = {shown.id for account in self.session.accounts.present.values() for shown in account.names.albums}
        return any(binding is not None and binding.album_id not in ids for binding in bindings)

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, fingerprint: str) -> Job:
        """Begin to write exactly the plan that was shown. Raises PlanOutdated if it is not known any more."""
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
