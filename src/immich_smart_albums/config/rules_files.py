"""Finds and reads the rules files of a run: one file, several, or folders of them."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.settings import reason
from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.config.yaml.text import LARGEST
from immich_smart_albums.errors import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.document import ValueNode

VARIABLE = "SMART_ALBUMS_RULES"
DEFAULT_NAME = "smart-albums.yaml"
STDIN = Path("-")
"""Stands for rules from standard input."""

_SUFFIXES = (".yaml", ".yml")


def find_rules(
    paths: Sequence[Path], environment: Mapping[str, str], folder: Path, diagnostics: Diagnostics
) -> tuple[Path, ...]:
    """Returns the rules files at paths, each once; those of a folder in the order of their names.

    Without paths: what $SMART_ALBUMS_RULES names, else `smart-albums.yaml` or `.yml` in the working `folder`, else in
    the user's config folder. `-` is standard input. Adds a problem and returns nothing if there is no file.
    """
    if not paths and (named := environment.get(VARIABLE, "").strip()):
        paths = [Path(named)]
        if not _exists(paths[0]):
            diagnostics.problems.append(
                Problem(f"{VARIABLE} in the environment", f"there is no file or folder {named}")
            )
            return ()
    if not paths:
        defaults = [place / DEFAULT_NAME for place in (folder, config_folder(environment)) if place is not None]
        paths = [path for default in defaults for path in (default, default.with_suffix(".yml")) if _is_file(path)][:1]
        if not paths:
            hint = "Name one; or immich-smart-albums init writes one to begin with."
            message = f"there is no rules file: {'neither ' * (len(defaults) > 1)}{' nor '.join(map(str, defaults))}"
            diagnostics.problems.append(Problem("rules", message, hint))
    files = (file for path in paths for file in _files(path, diagnostics))
    return tuple({_resolved(file): file for file in files}.values())


def config_folder(environment: Mapping[str, str]) -> Path | None:
    """Returns the config folder of this tool for the user. None for a user without a home."""
    folder_of_variable = environment.get("XDG_CONFIG_HOME", "")
    if Path(folder_of_variable).is_absolute():
        return Path(folder_of_variable) / "immich-smart-albums"
    try:
        home = Path(environment.get("HOME") or Path.home())
    except RuntimeError:
        return None
    base = home / "Library" / "Application Support" if sys.platform == "darwin" else home / ".config"
    return base / "immich-smart-albums"


def _exists(path: Path) -> bool:
    """Returns whether there is something at a path. True if that cannot be seen: reading it will say why."""
    try:
        return path == STDIN or path.expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return True


def _is_file(path: Path) -> bool:
    """Returns whether there is a file that this user can see."""
    try:
        return path.is_file()
    except OSError:
        return False


def read_files(files: Iterable[Path], diagnostics: Diagnostics) -> tuple[tuple[ValueNode, ...], str]:
    """Returns the values of files, and a digest of all. Adds problems for those that cannot be read, and omits them."""
    read = [(file, data) for file in files if (data := _bytes(file, diagnostics)) is not None]
    return _read([("stdin" if file == STDIN else str(file), data) for file, data in read], diagnostics)


def read_texts(texts: Mapping[str, bytes], diagnostics: Diagnostics) -> tuple[tuple[ValueNode, ...], str]:
    """Returns the values of texts, by the names of files that they may become, and a digest of all."""
    small_enough = [(name, data) for name, data in texts.items() if _fits(name, data, diagnostics)]
    return _read(small_enough, diagnostics)


def _read(texts: Sequence[tuple[str, bytes]], diagnostics: Diagnostics) -> tuple[tuple[ValueNode, ...], str]:
    values = [read_yaml(name, data, diagnostics) for name, data in texts]
    digest = sha256(b"\0".join(data for _, data in texts)).hexdigest()[:32]
    return tuple(value for value in values if value is not None), digest


def _files(path: Path, diagnostics: Diagnostics) -> list[Path]:
    try:
        path = path.expanduser()
        if path == STDIN or not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES and not file.name.startswith("."))
    except (OSError, RuntimeError) as error:  # RuntimeError: "~somebody" who has no home
        cause = reason(error) if isinstance(error, OSError) else str(error)
        diagnostics.problems.append(Problem(str(path), f"cannot be read: {cause}"))
        return []
    if not files:
        diagnostics.problems.append(Problem(str(path), "there is no rules file in this folder", "They end in .yaml."))
    return files


def _resolved(file: Path) -> Path:
    """Returns the same path for all names of a file."""
    try:
        return file.resolve()
    except (OSError, RuntimeError, ValueError):  # a link to itself, or a name that no file can have
        return file


def _bytes(file: Path, diagnostics: Diagnostics) -> bytes | None:
    try:
        if file == STDIN:
            data = sys.stdin.buffer.read(LARGEST + 1) if sys.stdin else b""
        else:
            with file.open("rb") as opened:
                data = opened.read(LARGEST + 1)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        cause = reason(error) if isinstance(error, OSError) else str(error)
        hint = "immich-smart-albums init writes one to begin with." if isinstance(error, FileNotFoundError) else None
        diagnostics.problems.append(Problem(str(file), f"cannot be read: {cause}", hint))
        return None
    return data if _fits(str(file), data, diagnostics) else None


def _fits(name: str, data: bytes, diagnostics: Diagnostics) -> bool:
    if len(data) <= LARGEST:
        return True
    diagnostics.problems.append(Problem(name, f"is larger than {LARGEST:,} bytes, which no rules file is"))
    return False
