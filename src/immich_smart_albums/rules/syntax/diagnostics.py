"""What reading the input turned up: problems, which stop the run, and notices, which do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError

if TYPE_CHECKING:
    from immich_smart_albums.errors import Problem


@dataclass(slots=True)
class Diagnostics:
    """Collects while reading, so that every problem is reported in one go."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, text: str) -> None:
        """Say something once, however many values cause it."""
        if text not in self.warnings:
            self.warnings.append(text)

    def raise_problems(self) -> None:
        """Raise ConfigurationError with all problems, if there are any."""
        if self.problems:
            raise ConfigurationError(tuple(dict.fromkeys(self.problems)))
