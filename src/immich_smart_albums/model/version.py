"""Versions of Immich, which can be compared."""

from __future__ import annotations

from typing import NamedTuple


class Version(NamedTuple):
    """An Immich release: major, minor, patch."""

    major: int
    minor: int
    patch: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Returns the version in "3.1.0", "v3.1.0" or "3.1". Raises ValueError for anything else."""
        numbers = [int(part) for part in text.removeprefix("v").split(".")]
        match numbers:
            case [major, minor]:
                return cls(major, minor)
            case [major, minor, patch]:
                return cls(major, minor, patch)
        message = f"not a version: {text!r}"
        raise ValueError(message)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


OLDEST = Version(1, 118)
"""The oldest release whose API this tool knows."""
