"""Rules files without any rule: where the first one goes, and a stand-in until it is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.albums import add_album
from immich_smart_albums.config.editing.save import read_version
from immich_smart_albums.config.rules_files import DEFAULT_NAME, VARIABLE, config_folder
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.emit import Unquoted
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.errors import ConfigurationError, EditRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.session.options import SessionOptions

STAND_IN: Mapping[str, Plain] = {"name": "New album", "match": {"favorite": Unquoted("true")}}
"""A rule that lets the session open, and so the server be asked, while there is none. Never shown, never planned."""


def first_file(options: SessionOptions) -> Path | None:
    """Returns where the first rules file goes. None if there is one already."""
    if not options.rules:
        if options.environment.get(VARIABLE, "").strip():
            return None
        path = options.folder / DEFAULT_NAME
        if any(file.exists() for file in (path, path.with_suffix(".yml"))) or _has_file_in_config_folder(options):
            return None
        return path
    paths = [] if isinstance(options.rules, Mapping) else list(options.rules)
    if len(paths) == 1 and not paths[0].exists() and paths[0].suffix in {".yaml", ".yml"}:
        return paths[0]
    return None


def _has_file_in_config_folder(options: SessionOptions) -> bool:
    folder = config_folder(options.environment)
    return folder is not None and any((folder / DEFAULT_NAME).with_suffix(end).exists() for end in (".yaml", ".yml"))


def with_stand_in(paths: Sequence[Path]) -> dict[str, bytes] | None:
    """Returns the texts of rules files that have no albums, with the stand-in in the last one, by path.

    None if they have albums, or cannot be read.
    """
    texts = {path: read_version(path).text for path in paths}
    try:
        data_of = {path: load(text) for path, text in texts.items()}
        if not texts or any(not isinstance(data, Mapping) or data.get("albums") for data in data_of.values()):
            return None
        last = next(
            (path for path, data in data_of.items() if isinstance(data, Mapping) and "albums" in data), paths[-1]
        )
        texts[last] = patch(texts[last], add_album(data_of[last], STAND_IN)).text
    except (ConfigurationError, EditRefused):
        return None
    return {str(path): text.encode() for path, text in texts.items()}
