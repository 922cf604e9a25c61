"""The rules as they are on disk: read again once they change, shown as lines to be edited, and written."""

from __future__ import annotations

import threading
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.albums import add_album
from immich_smart_albums.config.editing.deleting import delete_album
from immich_smart_albums.config.editing.save import Saver, read_version
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.web.editing.draft import AlbumDraft
from immich_smart_albums.web.editing.entry_text import entry_text
from immich_smart_albums.web.editing.first_file import first_file, with_stand_in
from immich_smart_albums.web.editing.whole_file import files_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.config.editing.deleting import Deletion
    from immich_smart_albums.config.editing.save import FileVersion
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.session.session import Session


class RulesOnDisk:
    """The rules files of a session; safe for threads."""

    def __init__(self, session: Session, saver: Saver, today: Callable[[], date] | None = None) -> None:
        """Rules that speak of days count from what `today` says, however long the studio runs."""
        self._session = session
        self._saver = saver
        self._today = today
        self._new_file: Path | None = None
        self._versions_without: tuple[FileVersion, ...] = ()
        self.read_last: tuple[AlbumRule, ...] | None = None
        """The albums as they were when the files could be read. None: they never could."""
        self._lock = threading.Lock()

    @property
    def new_file(self) -> Path | None:
        """Where the first album will be written; None: there are rules."""
        return self._new_file

    @property
    def paths(self) -> tuple[Path, ...]:
        """The rules files."""
        if self._new_file is None:
            return self._session.config.files
        return tuple(version.path for version in self._versions_without)

    def open(self) -> None:
        """Read the rules as they are on disk, again if they changed. Raises ConfigurationError."""
        with self._lock:
            self._go_with_the_day()
            place = first_file(self._session.options)
            if self._new_file is not None and self._versions_without == _versions(self._rules_files(place)):
                return
            if place is not None:
                self._begin_without(place, (place,))
            elif self._new_file is not None or self._has_changed():
                self._read_again()

    def _rules_files(self, first: Path | None) -> tuple[Path, ...]:
        return files_of(self._session.options) if first is None else (first,)

    def _read_again(self) -> None:
        try:
            self._session.reload(None if self._new_file is None else self._session.options.rules)
        except ConfigurationError:
            paths = files_of(self._session.options)
            if with_stand_in(paths) is None:
                raise
            self._begin_without(paths[-1], paths)
        else:
            self._new_file, self._versions_without = None, ()

    def _begin_without(self, place: Path, paths: tuple[Path, ...]) -> None:
        """Go on without any rule, until there is one."""
        versions = _versions(paths)
        self._session.reload(with_stand_in(paths))
        self._new_file, self._versions_without = place, versions

    def _go_with_the_day(self) -> None:
        if self._today is not None and (day := self._today()) != self._session.options.today:
            self._session.set_today(day)

    def albums(self) -> tuple[AlbumRule, ...]:
        """Returns the albums of the rules files as they are on disk."""
        self.open()
        self.read_last = () if self._new_file else self._session.rules.albums
        return self.read_last

    def album(self, name: str) -> AlbumRule:
        """Returns the rule of a name. Raises ConfigurationError if there is none."""
        match = next((rule for rule in self.albums() if same_name(rule.name, name)), None)
        if match is None:
            raise ConfigurationError((Problem(name or "album", "the rules have no such album"),))
        return match

    def draft(self, name: str) -> AlbumDraft:
        """Returns the lines of an album as they are on disk."""
        rule = self.album(name)
        path = next(path for path in self.paths if str(path) == rule.span.document.name)
        version = read_version(path)
        return AlbumDraft(version, entry_text(version.text, rule.span), ("albums", self._place_in_file(rule)))

    def _place_in_file(self, rule: AlbumRule) -> int:
        file = rule.span.document.name
        return [album for album in self._session.rules.albums if album.span.document.name == file].index(rule)

    def typed(self, name: str, entry: str | None) -> tuple[RuleSet, AlbumRule]:
        """Returns the rules with other lines for one album, and that album.

        Raises ConfigurationError for what is wrong.
        """
        rule = self.album(name)
        if entry is None:
            return self._session.rules, rule
        draft = self.draft(name)
        texts = self._texts()
        texts[str(draft.version.path)] = draft.text.replaced(entry).encode()
        book = self._session.parse(texts)
        of_file = [album for album in book.albums if album.span.document.name == str(draft.version.path)]
        place = self._place_in_file(rule)
        if place >= len(of_file):
            raise ConfigurationError((Problem(str(draft.version.path), "this album is not there any more"),))
        return book, of_file[place]

    def _texts(self) -> dict[str, bytes]:
        """What is on disk, by the names of the files."""
        return {str(path): read_version(path).text.encode() for path in self.paths}

    def save(self, name: str, entry: str, basis: str) -> str:
        """Write an album's lines into its file. Returns the album's name from now on.

        Raises FileChanged if the file is not what the editing began with, ConfigurationError, and EditRefused.
        """
        _, rule = self.typed(name, entry)
        draft = self.draft(name)
        self._saver.save(replace(draft.version, digest=basis), draft.text.replaced(entry))
        self.open()
        return rule.name

    def add(self, entry: Mapping[str, Plain], path: Path | None = None) -> str:
        """Write a new album behind the others of a file. Returns its name. Raises ConfigurationError, EditRefused."""
        self.open()
        target = path or self.paths[-1]
        version = read_version(target)
        text = patch(version.text, add_album(load(version.text), entry)).text
        rules = self._session.parse({**self._texts(), str(target): text.encode()})
        before = set() if self._new_file else {rule.name for rule in self._session.rules.albums}
        self._saver.save(version, text)
        self.open()
        return next(rule.name for rule in rules.albums if rule.name not in before)

    def deletion(self, name: str) -> tuple[FileVersion, Deletion]:
        """Returns the file of an album as it is, and without it. Raises ConfigurationError, and EditRefused."""
        draft = self.draft(name)
        return draft.version, delete_album(draft.version.text, int(draft.place[-1]))

    def delete(self, name: str, basis: str) -> tuple[FileVersion, FileVersion]:
        """Take an album's lines out of its file. Returns the file before, and the file after.

        Raises FileChanged if the file is not what was shown, ConfigurationError, and EditRefused.
        """
        before, deletion = self.deletion(name)
        texts = {**self._texts(), str(before.path): deletion.text.encode()}
        if len(self._session.rules.albums) > 1:
            self._session.parse(texts)
        after = self._saver.save(replace(before, digest=basis), deletion.text)
        self.open()
        return before, after

    def _has_changed(self) -> bool:
        """Whether the files are not any more what the session read, or others are there."""
        try:
            config = self._session.config
            data = b"\0".join(path.read_bytes() for path in config.files)
        except (ConfigurationError, OSError):
            return True  # reading the rules says what is wrong
        return files_of(self._session.options) != config.files or sha256(data).hexdigest()[:32] != config.digest


def _versions(paths: Iterable[Path]) -> tuple[FileVersion, ...]:
    return tuple(map(read_version, paths))
