"""Rules files with problems: all of them at once, each where it stands. One folder a case.

`REWRITE_CASES=1 pytest tests/config/test_cases.py` writes what is said anew; a person reads the diff.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from immich_smart_albums.config.load import Environment, load_rules
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from tests.support.golden_files import check_golden

CASES = Path(__file__).parent / "cases"


def shown(problem: Problem) -> str:
    lines = [f"{problem.where}: {problem.message}"]
    lines += [f"    {line}".rstrip() for line in (problem.excerpt or "").splitlines()]
    return "\n".join([*lines, f"  → {problem.hint}" if problem.hint else ""]).rstrip() + "\n"


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_every_problem_of_a_file_is_told_at_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CASES / name)
    surroundings = Environment({}, CASES / name, date(2026, 8, 15))
    with pytest.raises(ConfigurationError) as caught:
        load_rules([Path("rules.yaml")], surroundings, Diagnostics())
    text = "\n".join(map(shown, caught.value.problems))
    assert "Key123" not in text  # keys that stand where they should not
    check_golden(CASES / name / "problems.txt", text)
