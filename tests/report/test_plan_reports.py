"""Plans as text, Markdown and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from immich_smart_albums.report.envelope import JSON_VERSION, json_text
from immich_smart_albums.report.plan.as_json import plan_json
from immich_smart_albums.report.plan.as_markdown import plan_markdown
from immich_smart_albums.report.plan.as_text import painted, plan_lines
from tests.support.golden_files import check_golden
from tests.support.sample_plans import PLANS, REFUSED, plan

CASES = Path(__file__).parent / "cases"


@pytest.mark.parametrize("name", PLANS)
def test_plans_as_text(name: str) -> None:
    check_golden(CASES / name / "plan.txt", "\n".join(plan_lines(PLANS[name])) + "\n")


@pytest.mark.parametrize("name", PLANS)
def test_plans_as_markdown(name: str) -> None:
    check_golden(CASES / name / "plan.md", plan_markdown(PLANS[name]) + "\n")


@pytest.mark.parametrize("name", PLANS)
def test_plans_as_json(name: str) -> None:
    text = json_text(plan_json(PLANS[name])).replace(PLANS[name].fingerprint, "FINGERPRINT")
    check_golden(CASES / name / "plan.json", text + "\n")


def test_json_has_a_version_and_the_fingerprint_that_apply_knows() -> None:
    answer = json.loads(json_text(plan_json(PLANS["everything"])))
    assert answer["version"] == JSON_VERSION
    assert answer["fingerprint"] == PLANS["everything"].fingerprint


def test_only_a_terminal_gets_colours() -> None:
    for some_plan in PLANS.values():
        assert all(line.isprintable() for line in plan_lines(some_plan))
    coloured = [painted(line) for line in plan_lines(plan(REFUSED, refusals=("too much",)))]
    assert "\x1b[31m✗ refused: too much\x1b[0m" in coloured
    assert [line for line in coloured if line.startswith("  \x1b[31m- ")]
    plain = [line.replace("\x1b[31m", "").replace("\x1b[0m", "") for line in coloured]
    assert plain == list(plan_lines(plan(REFUSED, refusals=("too much",))))


def test_the_names_of_albums_line_up_whatever_they_are_written_in() -> None:
    lines = [line for line in plan_lines(PLANS["nothing"]) if line.endswith(("nothing to do", "nothing for it"))]
    assert lines[0].index("20  nothing") + 1 == lines[1].index(" 0  no album")  # 犬 is two columns wide


def test_every_file_of_a_case_belongs_to_a_plan() -> None:
    assert {path.name for path in CASES.iterdir()} >= PLANS.keys()
