"""Expected output in files: `REWRITE_CASES=1 pytest …` writes them anew, and a person reads the diff."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def check_golden(file: Path, text: str) -> None:
    """The text is what the file holds."""
    if os.environ.get("REWRITE_CASES"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.is_file(), f"{file} is missing; REWRITE_CASES=1 writes it"
    assert text == file.read_text(encoding="utf-8"), "REWRITE_CASES=1 writes it anew; read the diff"
