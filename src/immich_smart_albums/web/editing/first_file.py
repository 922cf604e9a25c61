"""The place of the first rule, for people who have none yet, or none any more."""

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
"""Where there is no rule yet, so that the server can be asked all the same; it is never shown nor planned."""


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


def with_stand_in(paths: Sequence[Path]) -> dict[str, bytes] | None:
    """Returns what rules files without any album would say with one in the last of them.

    None if they have albums, or are wrong in some other way.
    """
    texts = {path: read_version(path).text for path in paths}
    try:
        rules = {path: load(text) for path, text in texts.items()}
        if not texts or any(not isinstance(data, Mapping) or data.get("albums") for data in rules.values()):
            return None
        last = next((path for path, data in rules.items() if isinstance(data, Mapping) and "albums" in data), paths[-1])
        texts[last] = patch(texts[last], add_album(rules[last], STAND_IN)).text
    except (ConfigurationError, EditRefused):
        return None
    return {str(path): text.encode() for path, text in texts.items()}
