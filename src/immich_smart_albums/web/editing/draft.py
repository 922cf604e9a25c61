"""The lines of one album, as they are in its file or as somebody is typing them, and edits of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import Row, album_settings, rule_rows
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.patch import patch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from immich_smart_albums.config.editing.save import FileVersion
    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path as NodePath
    from immich_smart_albums.web.editing.entry_text import EntryText

    EditMaker = Callable[[Plain, NodePath], Sequence[Edit]]


@dataclass(frozen=True, slots=True)
class AlbumDraft:
    """An album in a rules file, ready to be edited."""

    version: FileVersion
    """The file as it was read."""
    text: EntryText
    path: NodePath
    """The path of the album in the file's YAML."""

    @property
    def basis(self) -> str:
        """The digest of the file as it was read, to notice changes by others."""
        return self.version.digest or ""

    def rows(self, entry: str) -> list[Row]:
        """Returns the rule as rows. Raises ConfigurationError if the text is no YAML."""
        return rule_rows(self.text.replaced(entry), self.path)

    def settings(self, entry: str) -> list[str]:
        """Returns the album's other settings, as they are written. Raises ConfigurationError if the text is no YAML."""
        return album_settings(self.text.replaced(entry), self.path)

    def edited(self, entry: str, make: EditMaker) -> str:
        """Returns the album's lines after edits, which change as little text as possible.

        Raises EditRefused and ConfigurationError.
        """
        whole = self.text.replaced(entry)
        return self.text.entry_of(patch(whole, make(load(whole), self.path)).text)
