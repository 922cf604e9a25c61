"""The rules as they are on disk: read again when they change, edited album by album, and written."""

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
        """`today` returns the date that rules about days count from, however long the studio runs."""
        self._session = session
        self._saver = saver
        self._today = today
        self._new_file: Path | None = None
        self._versions_without: tuple[FileVersion, ...] = ()
        self.last_read: tuple[AlbumRule, ...] | None = None
        """The rules of the last time that the files could be read. None: they never could."""
        self._lock = threading.Lock()

    @property
    def new_file(self) -> Path | None:
        """The file that the first rule will be written to. None if there are rules."""
        return self._new_file

    @property
    def paths(self) -> tuple[Path, ...]:
        """The rules files."""
        if self._new_file is None:
            return self._session.config.files
        return tuple(version.path for version in self._versions_without)

    def open(self) -> None:
        """Read the rules, if they have changed on disk. Raises ConfigurationError."""
        with self._lock:
            self._follow_date()
            first = first_file(self._session.options)
            if self._new_file is not None and self._versions_without == _versions(self._rules_files(first)):
                return
            if first is not None:
                self._open_without_rules(first, (first,))
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
            self._open_without_rules(paths[-1], paths)
        else:
            self._new_file, self._versions_without = None, ()

    def _open_without_rules(self, new_file: Path, paths: tuple[Path, ...]) -> None:
        """Open the session with a stand-in, until there is a rule."""
        versions = _versions(paths)
        self._session.reload(with_stand_in(paths))
        self._new_file, self._versions_without = new_file, versions

    def _follow_date(self) -> None:
        if self._today is not None and (day := self._today()) != self._session.options.today:
            self._session.set_today(day)

    def albums(self) -> tuple[AlbumRule, ...]:
        """Returns the rules as they are on disk. Raises ConfigurationError."""
        self.open()
        self.last_read = () if self._new_file else self._session.rules.albums
        return self.last_read

    def album(self, name: str) -> AlbumRule:
        """Returns the rule with this name. Raises ConfigurationError if there is none."""
        match = next((rule for rule in self.albums() if same_name(rule.name, name)), None)
        if match is None:
            raise ConfigurationError((Problem(name or "album", "the rules have no such album"),))
        return match

    def draft(self, name: str) -> AlbumDraft:
        """Returns the lines of an album as they are on disk. Raises ConfigurationError."""
        rule = self.album(name)
        path = next(path for path in self.paths if str(path) == rule.span.document.name)
        version = read_version(path)
        return AlbumDraft(version, entry_text(version.text, rule.span), ("albums", self._index_in_file(rule)))

    def _index_in_file(self, rule: AlbumRule) -> int:
        file = rule.span.document.name
        return [album for album in self._session.rules.albums if album.span.document.name == file].index(rule)

    def typed(self, name: str, entry: str | None) -> tuple[RuleSet, AlbumRule]:
        """Returns all rules with other lines for one album, and the rule of that album.

        Raises ConfigurationError with the problems of the lines.
        """
        rule = self.album(name)
        if entry is None:
            return self._session.rules, rule
        draft = self.draft(name)
        texts = self._texts()
        texts[str(draft.version.path)] = draft.text.replaced(entry).encode()
        rules = self._session.parse(texts)
        of_file = [album for album in rules.albums if album.span.document.name == str(draft.version.path)]
        index = self._index_in_file(rule)
        if index >= len(of_file):
            raise ConfigurationError((Problem(str(draft.version.path), "this album is not there any more"),))
        return rules, of_file[index]

    def _texts(self) -> dict[str, bytes]:
        """Returns the texts of the rules files, by their names."""
        return {str(path): read_version(path).text.encode() for path in self.paths}

    def save(self, name: str, entry: str, basis: str) -> str:
        """Write an album's lines into its file. Returns the album's name, which may be new.

        Raises FileChanged if the file has changed since `basis`, ConfigurationError, and EditRefused.
        """
        _, rule = self.typed(name, entry)
        draft = self.draft(name)
        self._saver.save(replace(draft.version, digest=basis), draft.text.replaced(entry))
        self.open()
        return rule.name

    def add(self, entry: Mapping[str, Plain], path: Path | None = None) -> str:
        """Write a new album to the end of a file. Returns its name. Raises ConfigurationError and EditRefused."""
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
        """Returns the file of an album, and the file without it. Raises ConfigurationError and EditRefused."""
        draft = self.draft(name)
        return draft.version, delete_album(draft.version.text, int(draft.path[-1]))

    def delete(self, name: str, basis: str) -> tuple[FileVersion, FileVersion]:
        """Delete an album's lines from its file. Returns the file before and after.

        Raises FileChanged if the file has changed since `basis`, ConfigurationError, and EditRefused.
        """
        before, deletion = self.deletion(name)
        texts = {**self._texts(), str(before.path): deletion.text.encode()}
        if len(self._session.rules.albums) > 1:
            self._session.parse(texts)
        after = self._saver.save(replace(before, digest=basis), deletion.text)
        self.open()
        return before, after

    def _has_changed(self) -> bool:
        """Returns whether the files differ from what the session read, or are other files."""
        try:
            config = self._session.config
            data = b"\0".join(path.read_bytes() for path in config.files)
        except (ConfigurationError, OSError):
            return True  # reading the rules says what is wrong
        return files_of(self._session.options) != config.files or sha256(data).hexdigest()[:32] != config.digest


def _versions(paths: Iterable[Path]) -> tuple[FileVersion, ...]:
    return tuple(map(read_version, paths))
