"""An Immich that means harm, or whose users do: names that are code, pictures that are none."""

from __future__ import annotations

import json
import random
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import pytest

from immich_smart_albums.model.picture import Picture
from immich_smart_albums.web.application import routes

from .conftest import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_sandbox import Sandbox

    from .conftest import Answer

pytestmark = pytest.mark.untraced

EVIL = """'"><img src=x onerror=alert(1)></textarea></pre><script>alert(2)</script>{{7*7}}\u202e"""

RULES = f"""\
# {EVIL}
albums:
- name: {json.dumps(EVIL)}
  # {EVIL}
  description: {json.dumps(EVIL)}
  match: {{any: [{{person: {json.dumps(EVIL)}}}, {{filename: {{contains: {json.dumps(EVIL)}}}}}, {{smart: dog}}]}}
- name: Broken {json.dumps(EVIL)[1:-1]}
  match: {{person: {json.dumps("no " + EVIL)}}}
"""


STRANGE = (
    *(
        "",
        "x",
        "-1",
        "9" * 30,
        "1e400",
        "nan",
        "\0",
        "%ff",
        "٣",
        "'",
        "[",
        "[]",
        "{",
        "&a *a",
        "*a",
        "!!x",
        "- a",
        "a: b",
    ),
    *("/", "0/0/0", "albums", "albums/0", "albums/0/name", "albums/0/match/person/0", "albums/9/match", "~", "not"),
    *("- name: Dogs\n", "- Dogs\n", "- name: Dogs\n  match: []\n", "- name: [a]\n  match: 5\n", "name: Dogs"),
    *("- name: Dogs\n  match: {any: [{person: Emma}, {not: {all: []}}]}\n", "person:", "country:", "people place x"),
)
FITTING = {
    "name": ["Dogs"],
    "entry": ["- name: Dogs\n  match: {person: Emma, any: [{smart: dog}, {not: {rating: 5}}]}\n"],
    "path": ["albums/0/match/person", "albums/0/match/any", "albums/0/match/any/1/not/rating"],
    "word": ["person", "smart", "near", "taken", "json", "all", "not"],
    "action": ["add", "set", "remove", "negate", "group", "exclude", "never", "like", "last-good"],
    "tab": ["added", "near"],
}
NAMES = (
    *FITTING,
    "preview",
    "id",
    "photo",
    "from",
    "group",
    "run",
    "allow",
    "find",
    "lat",
    "lon",
    "radius",
    "west",
    "value",
)
MORE_NAMES = ("page", "number", "basis", "starter", "file", "ticks", "album", "text", "fingerprint", "rule", "size")


class Elements(HTMLParser):
    """The elements of a page, and what of them does something."""

    def __init__(self) -> None:
        super().__init__()
        self.harm: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or name == "style" or (value or "").lower().startswith(("javascript:", "data:")):
                self.harm.append(f"{tag} {name}={value}")
            if name == "src" and value == "x":
                self.harm.append(f"{tag} src=x")
        if tag == "script" and not (dict(attrs).get("src") or "").startswith("static/"):
            self.harm.append("script")


def parts(answer: Answer) -> Iterator[str]:
    """The pieces of HTML in an answer: itself, or texts that a script puts into a page."""
    if answer.headers.get("content-type", "").startswith("text/html"):
        yield answer.text
    elif answer.headers.get("content-type", "").startswith("application/json"):
        rest = [answer.json]
        while rest:
            value = rest.pop()
            if isinstance(value, dict):
                yield from (str(value[name]) for name in ("html", "problem", "rows", "about", "state") if name in value)
                yield from (str(text) for text in value.get("lists", {}).values())
                rest += [inner for inner in value.values() if isinstance(inner, dict)]


@pytest.mark.parametrize(
    ("keeping", "sent"),
    [
        ("private, max-age=86400", "private, max-age=86400"),
        ("no-store", "no-store"),
        ("public, max-age=31536000, immutable", "private, max-age=3600"),
        ("s-maxage=1, xprivate", "private, max-age=3600"),
        (None, "private, max-age=3600"),
    ],
)
def test_no_proxy_keeps_a_picture(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keeping: str | None, sent: str
) -> None:
    picture = Picture(b"GIF89a", "image/gif", {} if keeping is None else {"cache-control": keeping})
    with opened(sandbox, tmp_path) as page:
        monkeypatch.setattr(page.studio.session, "thumbnail", lambda *_, **__: picture)
        answer = page.get("picture/8fbe472e-7463-4d97-ae2d-3efb3270e153")
    assert answer.headers["cache-control"] == sent
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_names_that_are_code_are_text_on_every_page(sandbox: Sandbox, tmp_path: Path) -> None:
    library = sandbox.library
    for person in list(library.people.values())[:8]:
        person.name = EVIL
    for tag in library.tags.values():
        tag.value = EVIL
    for number, album in enumerate(library.albums.values()):
        album.name = f"{EVIL}{number}"
    for user in library.users.values():
        user.name = EVIL
    photo = next(asset for asset in library.timeline if asset.person_ids and asset.exif)
    for asset in [*library.timeline][:40]:
        library.update(asset.id, original_file_name=f"{EVIL}.jpg", original_path=f"/photos/{EVIL}.jpg", text=EVIL)
        if asset.exif is not None:
            for name in ("make", "model", "lens_model", "city", "state", "country", "description"):
                setattr(asset.exif, name, EVIL)
    with opened(sandbox, tmp_path, rules=RULES) as page:
        page.studio.session.read_library()
        plan = re.search(r'data-apply="(\w+)"', page.get("plan-body").text)
        assert plan, page.get("plan-body").text
        page.applied(plan[1])
        shown = page.get("preview", name=EVIL).json["preview"]
        texts = {"name": EVIL, "preview": shown, "id": photo.id, "run": "1", "album": EVIL, "allow": EVIL}
        answers = [
            page.get(route.path.strip("/"), **texts, word=word, find=find, path=path)
            for route in routes(page.studio)
            if "{" not in route.path and "static" not in route.path
            for word, find, path in (("person", "", str(page.file)), ("place", "", EVIL), (EVIL, EVIL, EVIL))
        ]
        entry = f"- name: {json.dumps(EVIL)}\n  match: {{person: {json.dumps(EVIL)}}} # {EVIL}\n"
        answers += [
            page.post("preview", name=EVIL, entry=entry),
            page.post("preview", name=EVIL, entry=f"{entry}  {EVIL}: 1\n"),
            page.post("row", name=EVIL, entry=entry, path="albums/0/match/person"),
            *(
                page.post("row", name=EVIL, entry=entry, word=word)
                for word in ("tag", "camera", "album", "place", "near")
            ),
            page.post("edit", name=EVIL, entry=entry, action="add", word=EVIL, value=EVIL),
            page.post("edit", name=EVIL, entry=entry, action="add", word="person", value=EVIL),
            page.post("save", name=EVIL, entry=entry, basis=EVIL),
            page.post("create", name=EVIL, starter=EVIL),
            page.post("create", name=EVIL, photo=EVIL),
            page.post("check-file", path=str(page.file), text=f"{RULES}{EVIL}: [\n"),
            page.post("save-file", path=str(page.file), text=EVIL, basis=EVIL),
            page.post("save-file", path=EVIL, text=EVIL),
            page.post("apply", fingerprint=EVIL),
            page.post("make-again", rule=EVIL),
        ]
        pieces = [piece for answer in answers for piece in parts(answer)]
        assert sum("onerror" in piece for piece in pieces) > 20
        for piece in pieces:
            elements = Elements()
            elements.feed(piece)
            assert elements.harm == [], piece[:3000]


def test_whatever_is_sent_is_answered_and_no_bug(
    sandbox: Sandbox, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(1)
    with opened(sandbox, tmp_path, rules="albums:\n" + FITTING["entry"][0]) as page:
        photo = next(asset.id for asset in sandbox.library.timeline)
        fitting: dict[str, list[str]] = {
            **FITTING,
            "id": [photo],
            "photo": [photo],
            "preview": [page.get("preview", name="Dogs").json["preview"]],
        }

        def some(name: str) -> str:
            return chance.choice(fitting[name] if name in fitting and chance.random() < 0.7 else STRANGE)

        for route in routes(page.studio):
            if "static" in route.path or route.path in {"/apply", "/stop"}:
                continue
            for _ in range(30 if route.path in {"/edit", "/row", "/preview"} else 4):
                texts = {name: some(name) for name in (*NAMES, *MORE_NAMES) if chance.random() < 0.8}
                if "POST" in (getattr(route, "methods", None) or ()):
                    answer = page.post(route.path[1:], **texts)
                else:
                    path = route.path.replace("{id}", quote(some("id"), safe=""))
                    answer = page.request("GET", f"{path}?{urlencode(texts)}")
                assert answer.status < 500, (route.path, texts)
                assert b"this is a bug" not in answer.body, (route.path, texts)
    assert "bug" not in capfd.readouterr().err
