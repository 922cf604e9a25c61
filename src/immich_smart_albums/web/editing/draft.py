"""An album's lines as they stand in a file, or as somebody is typing them, and what edits make of them."""

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
    """One album of one file."""

    version: FileVersion
    """The file on disk, from which the editing began."""
    text: EntryText
    place: NodePath
    """Where the album stands in the file."""

    @property
    def basis(self) -> str:
        """What the file on disk is recognised by."""
        return self.version.digest or ""

    def rows(self, entry: str) -> list[Row]:
        """Returns the rule as rows. Raises ConfigurationError if the text is no YAML."""
        return rule_rows(self.text.replaced(entry), self.place)

    def settings(self, entry: str) -> list[str]:
        """Returns what the album says beside its rule, as it is written. Raises ConfigurationError."""
        return album_settings(self.text.replaced(entry), self.place)

    def edited(self, entry: str, make: EditMaker) -> str:
        """Returns the album's lines after edits, as the smallest pieces of text.

        Raises EditRefused, ConfigurationError.
        """
        whole = self.text.replaced(entry)
        return self.text.entry_of(patch(whole, make(load(whole), self.place)).text)
