"""Diagnostics of the input: problems, which stop the run, and warnings, which do not."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.text.forms import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.errors import Problem


@dataclass(slots=True)
class Diagnostics:
    """Collects problems and warnings while the input is read, to report all of them at once."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Add a warning, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def raise_problems(self) -> None:
        """Raise ConfigurationError with all problems, if there are any."""
        if self.problems:
            raise ConfigurationError(tuple(dict.fromkeys(self.problems)))


def nearest(word: str, candidates: Iterable[str], *, count: int = 1) -> list[str]:
    """Returns the candidates that are most like a word, best first: `city` for `cty`. Case and form do not count."""
    by_folded = {folded(candidate): candidate for candidate in candidates}
    close = difflib.get_close_matches(folded(word), by_folded, n=count, cutoff=0.6)
    return [by_folded[candidate] for candidate in close]


def did_you_mean(
    word: str, candidates: Iterable[str], otherwise: str = "", *, count: int = 1, written: Callable[[str], str] = repr
) -> str:
    """Returns the hint for an unknown word, such as `Did you mean 'city'?`. Returns `otherwise` if none is near.

    It has at most `count` candidates, each as `written` writes it.
    """
    return question_after(map(written, nearest(word, candidates, count=count))) or otherwise


def question_after(words: Iterable[str]) -> str:
    """Returns the question whether one of some words is meant: `Did you mean a, b?`. Empty without words."""
    listed = ", ".join(words)
    return f"Did you mean {listed}?" if listed else ""
