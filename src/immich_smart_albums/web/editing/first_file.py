"""The place of the first rules file, for people who have none yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.config.rules_files import DEFAULT_NAME, VARIABLE, config_folder

if TYPE_CHECKING:
    from pathlib import Path

    from immich_smart_albums.session.options import SessionOptions


def first_file(options: SessionOptions) -> Path | None:
    """Returns where a first rules file goes. None if there is one already."""
    if not options.rules:
        if options.environment.get(VARIABLE, "").strip():
            return None
        place = options.folder / DEFAULT_NAME
        usual = (place, place.with_suffix(".yml"))
        if any(file.exists() for file in usual) or _has_file_in_config_folder(options):
            return None
        return place
    paths = [] if isinstance(options.rules, Mapping) else list(options.rules)
    if len(paths) == 1 and not paths[0].exists() and paths[0].suffix in {".yaml", ".yml"}:
        return paths[0]
    return None


def _has_file_in_config_folder(options: SessionOptions) -> bool:
    folder = config_folder(options.environment)
    return folder is not None and any((folder / DEFAULT_NAME).with_suffix(end).exists() for end in (".yaml", ".yml"))
