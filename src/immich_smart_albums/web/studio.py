"""What the pages share: one session, the user's files, the plans that were shown, and the run that is being written."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import Plan
from immich_smart_albums.config.editing.albums import add_album
from immich_smart_albums.config.editing.save import Saver, read_version
from immich_smart_albums.config.rules_files import DEFAULT_NAME, VARIABLE, config_folder
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.errors import ConfigurationError, PlanOutdated, Problem, Stopped
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.session.events import AssetsRead, Event, Note
from immich_smart_albums.web.editing.draft import AlbumDraft
from immich_smart_albums.web.editing.entry_text import entry_text
from immich_smart_albums.web.editing.whole_file import WholeFiles
from immich_smart_albums.web.job import Job
from immich_smart_albums.web.library_reader import LibraryReader
from immich_smart_albums.web.preview import AlbumContents, Latest, Preview, Shelf, Typed, distinct, preview
from immich_smart_albums.web.row_counts import Further, look_further

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.session import Session

_STAND_IN = b"albums: [{name: New album, match: {favorite: true}}]"
"""Where there is no rules file yet, so that the server can be asked all the same; it is never shown nor planned."""


PREVIEWS = 6
"""So many are kept for pages that show photos of them; a page whose preview is gone asks anew."""

PLANS = 4
"""So many that were shown may be applied."""

FRESH = 600.0
"""Seconds for which photos in memory are shown as they were read; a plan always asks anew."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a page that asks again and again."""

    page: str
    number: int


@dataclass(slots=True)
class Progress:
    """How much was read since something was asked for."""

    read: int = 0
    notes: list[str] = field(default_factory=list)

    def show(self, event: Event) -> None:
        """Take in what a session tells."""
        match event:
            case AssetsRead():
                self.read += event.count
            case Note():
                if event.text not in self.notes:
                    self.notes = [*self.notes[-20:], event.text]
            case _:
                pass


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
        self._saver = Saver()
        self.files = WholeFiles(session, self._saver)
        self.job: Job | None = None
        self.reader = LibraryReader(session)
        self._today = today
        self._clock = clock
        self._read_at = clock()
        self._latest = Latest()
        self._contents = AlbumContents()
        self._previews = Shelf(PREVIEWS)
        self._further = Shelf(PREVIEWS)
        self._plans = Shelf(PLANS)
        self._lock = threading.Lock()
        self._new_file: Path | None = None

    # -- rules --------------------------------------------------------------------------------------------------------

    @property
    def new_file(self) -> Path | None:
        """Where the first album will be written; None: there are rules files."""
        return self._new_file

    @property
    def paths(self) -> tuple[Path, ...]:
        """The rules files."""
        return (self._new_file,) if self._new_file else self.session.config.files

    def open(self) -> None:
        """Read the rules as they are on disk, again if they changed. Raises ConfigurationError."""
        with self._lock:
            self._go_with_the_day()
            place = self._place_of_new_file()
            if place is not None:
                if self._new_file is None:
                    self.session.reload({str(place): _STAND_IN})
                    self._new_file = place
                return
            if self._new_file is not None:
                self.session.reload(self.session.options.rules or (self._new_file,))
                self._new_file = None
            elif self._has_changed():
                self.session.reload()

    def _go_with_the_day(self) -> None:
        if self._today is not None and (day := self._today()) != self.session.options.today:
            self.session.set_today(day)

    def look_again(self) -> None:
        """Ask for names and albums anew, and for photos where those in memory are old."""
        is_old = self._clock() - self._read_at > FRESH
        with self.reader.making_way():
            self.session.refresh(records=is_old)
        if is_old:
            self._read_at = self._clock()
            self.reader.forget()

    def rules(self) -> tuple[AlbumRule, ...]:
        """The albums of the rules files as they are on disk."""
        self.open()
        return () if self._new_file else self.session.rules.albums

    def rule(self, name: str) -> AlbumRule:
        """The rule of a name. Raises ConfigurationError where there is none."""
        match = next((rule for rule in self.rules() if same_name(rule.name, name)), None)
        if match is None:
            raise ConfigurationError((Problem(name or "album", "the rules have no such album"),))
        return match

    def draft(self, name: str) -> AlbumDraft:
        """The lines of an album as they are on disk."""
        rule = self.rule(name)
        path = next(path for path in self.paths if str(path) == rule.span.document.name)
        version = read_version(path)
        return AlbumDraft(version, entry_text(version.text, rule.span), ("albums", self._place_in_file(rule)))

    def _place_in_file(self, rule: AlbumRule) -> int:
        file = rule.span.document.name
        return [album for album in self.session.rules.albums if album.span.document.name == file].index(rule)

    def typed(self, name: str, entry: str | None) -> tuple[RuleSet, AlbumRule]:
        """The rules with other lines for one album, and that album. Raises ConfigurationError for what is wrong."""
        rule = self.rule(name)
        if entry is None:
            return self.session.rules, rule
        draft = self.draft(name)
        texts = self._texts()
        texts[str(draft.version.path)] = draft.text.replaced(entry).encode()
        book = self.session.parse(texts)
        of_file = [album for album in book.albums if album.span.document.name == str(draft.version.path)]
        place = self._place_in_file(rule)
        if place >= len(of_file):
            raise ConfigurationError((Problem(str(draft.version.path), "this album is not there any more"),))
        return book, of_file[place]

    def _texts(self) -> dict[str, bytes]:
        """What is on disk, by the names of the files."""
        return {str(path): read_version(path).text.encode() for path in self.paths}

    def save(self, name: str, entry: str, basis: str) -> str:
        """Write an album's lines into its file; the album's name from now on.

        Raises FileChanged where the file is not what the editing began with, ConfigurationError, and EditRefused.
        """
        _, rule = self.typed(name, entry)
        draft = self.draft(name)
        self._saver.save(replace(draft.version, digest=basis), draft.text.replaced(entry))
        self.open()
        return rule.name

    def add(self, entry: Mapping[str, Plain], path: Path | None = None) -> str:
        """Write a new album behind the others of a file; its name. Raises ConfigurationError, EditRefused."""
        self.open()
        target = path or self.paths[-1]
        version = read_version(target)
        text = patch(version.text, add_album(load(version.text), entry)).text
        texts = {} if self._new_file else self._texts()
        rules = self.session.parse({**texts, str(target): text.encode()})
        before = set() if self._new_file else {rule.name for rule in self.session.rules.albums}
        self._saver.save(version, text)
        self.open()
        return next(rule.name for rule in rules.albums if rule.name not in before)

    def _place_of_new_file(self) -> Path | None:
        """Where a first rules file goes. None if there is one already."""
        options = self.session.options
        if not options.rules:
            if options.environment.get(VARIABLE, "").strip():
                return None
            place = options.folder / DEFAULT_NAME
            usual = (place, place.with_suffix(".yml"))
            if any(file.exists() for file in usual) or self._has_file_in_config_folder():
                return None
            return place
        paths = [] if isinstance(options.rules, Mapping) else list(options.rules)
        if len(paths) == 1 and not paths[0].exists() and paths[0].suffix in {".yaml", ".yml"}:
            return paths[0]
        return None

    def _has_file_in_config_folder(self) -> bool:
        folder = config_folder(self.session.options.environment)
        return folder is not None and any(
            (folder / DEFAULT_NAME).with_suffix(end).exists() for end in (".yaml", ".yml")
        )

    def _has_changed(self) -> bool:
        """Whether the files are not any more what the session read."""
        config = self.session.config
        data = b"\0".join(path.read_bytes() for path in config.files)
        return sha256(data).hexdigest()[:32] != config.digest

    def record(self, asset_id: str) -> Record | None:
        """All that the first account is shown that sees a photo; None where none does."""
        records = (self.session.details(asset_id, account=name) for name in self.session.accounts.present)
        return next((record for record in records if record), None)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While this lasts, accounts may be asked directly; nothing else is asked, and nothing ends it."""
        with self.reader.making_way(), self.session.asking():
            yield

    # -- looking ------------------------------------------------------------------------------------------------------

    def preview(self, name: str, entry: str | None, question: Question) -> Preview:
        """What a rule means now, as it is on disk or as it is being typed. Raises Stopped where it is outdated."""
        stop = self._latest.begin(question.page, question.number)
        book, rule = self.typed(name, entry)
        draft = self.draft(name)
        text = draft.text.entry if entry is None else entry
        typed = Typed(rule, book, draft.text.replaced(text), tuple(draft.rows(text)))
        with self.reader.making_way():
            shown = preview(self.session, self._contents, typed, secrets.token_urlsafe(9), stop)
        self._previews.put(shown.id, shown)
        return shown

    def shown(self, id_: str) -> Preview:
        """A preview that was made. Raises Stopped for one that is long gone."""
        preview = self._previews.get(id_)
        if not isinstance(preview, Preview):
            raise Stopped
        return preview

    def further(self, id_: str, question: Question) -> Further:
        """How many photos each row of a rule lets through, and what misses by one of them."""
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
        """The plan of everything, to be shown, and applied by its fingerprint."""
        self.open()
        if self._new_file:
            raise ConfigurationError((Problem(str(self._new_file), "there is no rule yet", "Make an album first."),))
        with self.reader.making_way():
            plan = self.session.writable(self.session.plan(allow=allow))
        self._plans.put(plan.fingerprint, plan)
        return plan

    def plan_undo(self, run: int | None) -> Plan:
        """The plan that takes a run back, to be shown, and applied by its fingerprint."""
        self.open()
        with self.reader.making_way():
            plan = self.session.writable(self.session.plan_undo(run))
        self._plans.put(plan.fingerprint, plan)
        return plan

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, fingerprint: str) -> Job:
        """Begin to write exactly the plan that was shown. Raises PlanOutdated where it is not known any more."""
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
