"""What the page on `explain` shows is what a case gives."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import CHECKOUT

SHOWN = re.findall(
    r"^<!-- (tests/cases/\S+) -->\n```text\n(.*?)^```$",
    (CHECKOUT / "docs" / "explain.md").read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)


@pytest.mark.parametrize(("file", "text"), SHOWN)
def test_what_is_shown_is_what_comes_of_it(file: str, text: str) -> None:
    assert text in (CHECKOUT / file).read_text(encoding="utf-8")


def test_something_is_shown() -> None:
    assert len(SHOWN) == 2
