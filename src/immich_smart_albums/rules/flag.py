"""The command line's sixteen selection flags by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_SMART_LIMIT = 200
"""How many photos a smart search without a limit of its own keeps."""

LARGEST_LIMIT = 999_999_999
"""Of one search: beyond any library, and a number that can be counted with."""


@dataclass(frozen=True, slots=True)
class Flag:
    """One selection flag, such as --exclude-smart-union."""

    action: Literal["include", "exclude"]
    type: Literal["metadata", "smart", "person-names", "local-filter"]
    mode: Literal["union", "intersection"]

    @property
    def name(self) -> str:
        """The flag as it is typed."""
        return f"--{self.action}-{self.type}-{self.mode}"


FLAGS: tuple[Flag, ...] = tuple(
    Flag(action, type_, mode)
    for action in ("include", "exclude")
    for type_ in ("metadata", "smart", "person-names", "local-filter")
    for mode in ("union", "intersection")
)
