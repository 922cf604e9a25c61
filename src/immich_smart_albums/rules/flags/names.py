"""The names of the command line's sixteen selection flags."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Flag:
    """One selection flag, such as --exclude-smart-union."""

    action: Literal["include", "exclude"]
    type: Literal["metadata", "smart", "person-names", "local-filter"]
    mode: Literal["union", "intersection"]

    @property
    def name(self) -> str:
        """The flag as it is typed: `--exclude-smart-union`."""
        return f"--{self.action}-{self.type}-{self.mode}"


FLAGS: tuple[Flag, ...] = tuple(
    Flag(action, type_, mode)
    for action in ("include", "exclude")
    for type_ in ("metadata", "smart", "person-names", "local-filter")
    for mode in ("union", "intersection")
)
