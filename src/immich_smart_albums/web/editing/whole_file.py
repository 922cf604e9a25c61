"""Rules files as plain text, so that they can be mended where no rule can be read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.save import read_version
from immich_smart_albums.config.rules_files import STDIN, find_rules
from immich_smart_albums.errors import ConfigurationError, EditRefused
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from pathlib import Path

    from immich_smart_albums.config.editing.save import FileVersion, Saver
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.session.options import SessionOptions
    from immich_smart_albums.session.session import Session


class WholeFiles:
    """The rules files of a session."""

    def __init__(self, session: Session, saver: Saver) -> None:
        self._session = session
        self._saver = saver

    @property
    def paths(self) -> tuple[Path, ...]:
        """The rules files, whether they can be read or not."""
        return files_of(self._session.options)

    def version(self, name: str) -> FileVersion:
        """Returns the text of a file now. Raises EditRefused if it is none of the rules files, or cannot be read."""
        path = next((path for path in self.paths if str(path) == name), None)
        if path is None:
            raise EditRefused(f"{name[:200]!r} is none of the rules files", hint="Go to the albums, and from there on.")
        return read_version(path)

    def problems(self, name: str, text: str) -> tuple[Problem, ...]:
        """Returns the problems of a file if it had this text, without those of other files. Raises EditRefused."""
        version = self.version(name)
        texts = {str(path): read_version(path).text.encode() for path in self.paths}
        texts[name] = with_line_ends(text, version.text).encode()
        try:
            self._session.parse(texts)
        except ConfigurationError as error:
            others = tuple(f"{path}:" for path in texts if path != name)
            return tuple(problem for problem in error.problems if not problem.where.startswith(others))
        return ()

    def save(self, name: str, text: str, basis: str) -> FileVersion:
        """Write a file, if rules can be read from the text.

        Raises ConfigurationError with the problems of the text, FileChanged if the file has changed since it was read,
        and EditRefused. The file is then as it was.
        """
        problems = self.problems(name, text)
        if problems:
            raise ConfigurationError(problems)
        version = self.version(name)
        return self._saver.save(replace(version, digest=basis), with_line_ends(text, version.text))


def files_of(options: SessionOptions) -> tuple[Path, ...]:
    """Returns the rules files that options name or find now. Empty if there are none."""
    if isinstance(options.rules, Mapping):
        return ()
    paths = find_rules(options.rules, options.environment, options.folder, Diagnostics([], []))
    return tuple(path for path in paths if path != STDIN)


def with_line_ends(text: str, like: str) -> str:
    """Returns a text that a page sent, with the line ends of another text."""
    lines = text.replace("\r\n", "\n")
    return lines.replace("\n", "\r\n") if "\r\n" in like else lines
