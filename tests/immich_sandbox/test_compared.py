"""The structured search beside a server near 3.2: the bodies that were once answered otherwise here."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from immich_sandbox import Sandbox, generate

from .conftest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPARED = Path(__file__).parents[2] / "../shared/immich/filter-3.2-compared.txt"

OTHER_PHOTOS = {
    '{"filter": {"isMotion": {"eq": true}}, "size": 2}': "the other library has no live photo that is shown",
    '{"filter": {"isOffline": {"eq": true}}, "size": 2}': "the other library has no photo offline outside of the trash",
    '{"filter": {"albumIds": {"all": ["$ALB", "$ALB2"]}}, "size": 2}': "the two albums there have no photo in common",
    '{"filter": {}, "size": 1000}': "the other library fits on one page",
    "{}": "the largest photos of two libraries",
    '{"filter": {}}': "the largest photos of two libraries",
}
"""Answers that differ because the photos do."""


class Exchange(NamedTuple):
    """What was asked, and what the server answered."""

    kind: str
    path: str
    body: str
    status: int
    answer: str


def exchanges() -> list[Exchange]:
    lines = COMPARED.read_text(encoding="utf-8").splitlines() if COMPARED.exists() else []
    result = []
    for index, line in enumerate(lines):
        if match := re.fullmatch(r"(STATUS|MESSAGE|SHAPE) (\S+) (\{.*\}) ?", line):
            real = re.fullmatch(r" +real (\d+) (.*)", lines[index + 1])
            assert real
            result.append(Exchange(match[1], match[2], match[3], int(real[1]), real[2].strip()))
    return result


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Sandbox(generate(400), "3.2") as sandbox:
        yield Client(sandbox)


@pytest.mark.parametrize(
    "exchange",
    exchanges()
    or [pytest.param(None, marks=pytest.mark.skip(reason="the compared answers are not beside this checkout"))],
    ids=lambda one: f"{one.path} {one.body}" if one else "none",
)
def test_the_sandbox_answers_as_the_server_did(exchange: Exchange, client: Client) -> None:
    library = client.sandbox.library
    albums = [album.id for album in library.albums.values()]
    known = {"$A1": library.timeline[0].id, "$P1": next(iter(library.people)), "$ALB2": albums[1], "$ALB": albums[0]}
    body = exchange.body
    for name, value in known.items():
        body = body.replace(name, value)
    answer = client.ask("POST", f"/api{exchange.path}", json.loads(body))
    assert answer.status == exchange.status
    if exchange.kind == "SHAPE":
        assert exchange.body in OTHER_PHOTOS
        return
    if exchange.status != 200:
        said: Any = answer.body
        try:
            expected = json.loads(exchange.answer)
        except ValueError:
            pattern = said["errors"][0]["pattern"]  # the answer was cut where it was written down
            assert json.dumps(pattern)[1:-1] in exchange.answer
            return
        assert said.get("errors", said["message"]) == expected


def test_the_comparison_is_whole() -> None:
    if not COMPARED.exists():
        pytest.skip("the compared answers are not beside this checkout")
    assert COMPARED.read_text(encoding="utf-8").splitlines()[-1] == f"bodies 268 differences {len(exchanges())}"
