"""Names of albums on a command line: checked, with a suggestion for those that do not exist."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_smart_albums.rules.album import RuleSet


def with_albums(rules: RuleSet, names: Collection[str]) -> RuleSet:
    """Returns the rules with only the named albums; with all of them if `names` is empty.

    Raises ConfigurationError for names that the rules do not have.
    """
    known_names = {album.name for album in rules.albums}
    names = [nfc(name) for name in names]
    problems = []
    for name in names:
        if name not in known_names:
            hint = did_you_mean(name, known_names, f"It has {', '.join(sorted(known_names))}.", count=3)
            problems.append(Problem("command line", f"the rules have no album {name!r}", hint))
    if problems:
        raise ConfigurationError(tuple(problems))
    if not names:
        return rules
    others = tuple(album for album in rules.albums if album.name not in names)
    return replace(rules, albums=tuple(album for album in rules.albums if album.name in names), others=others)


def require_known(allow: Collection[str], names: Collection[str]) -> None:
    """Raise ConfigurationError if `allow` has a name that is not among the `names` of albums."""
    problems = []
    for name in allow:
        if name not in names:
            hint = did_you_mean(name, names, "Give the name that it has in the rules.", count=3)
            problems.append(Problem("--allow", f"no album of this run is named {name!r}", hint))
    if problems:
        raise ConfigurationError(tuple(problems))
