"""The instructions of a Dockerfile."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path


class Instruction(NamedTuple):
    """One instruction, such as `RUN` with the rest of its line, continuation lines joined."""

    word: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words of an instruction in exec form. Raises ValueError where it is in shell form."""
        words: list[str] = json.loads(self.text)
        return words


def stages(path: Path) -> list[list[Instruction]]:
    """Returns the instructions of each stage; those before the first FROM stand with it."""
    text = re.sub(r"^#.*\n", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]
    instructions = [Instruction(*line.split(" ", 1)) for line in lines]
    starts = [index for index, instruction in enumerate(instructions) if instruction.word == "FROM"]
    bounds = [0, *starts[1:], len(instructions)]
    return [instructions[start:end] for start, end in pairwise(bounds)]


def value(stage: list[Instruction], word: str) -> Instruction:
    """Returns the last instruction of that word in a stage. Raises IndexError where there is none."""
    return [instruction for instruction in stage if instruction.word == word][-1]


def environment(stage: list[Instruction]) -> dict[str, str]:
    """Returns the variables that a stage sets."""
    pairs = [pair for instruction in stage if instruction.word == "ENV" for pair in instruction.text.split()]
    return dict(pair.split("=", 1) for pair in pairs)
