"""Nothing fails in silence: where a run does not end with 0, stderr says why, once, and JSON on stdout as well."""

from __future__ import annotations

import io
import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from tests.support.examples import IS_DEEP
from tests.support.free_port import free_port

from .conftest import Shell

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = """\
accounts: {alice: {key_env: ALICE_KEY}, bob: {key_env: BOB_KEY}}
albums:
  - {name: Finland, accounts: [alice], match: {place: {country: Finland}}}
  - {name: Together, accounts: [alice, bob], match: {media: photo}}
"""


@dataclass
class Household(Shell):
    """A folder with rules for two accounts, whose keys and server may be exchanged."""

    alice: str = "alice"
    bob: str = "bob"
    url: str = ""

    @property
    def environment(self) -> dict[str, str]:
        keys = {
            "ALICE_KEY": self.sandbox.keys.get(self.alice, self.alice),
            "BOB_KEY": self.sandbox.keys.get(self.bob, self.bob),
        }
        variables = {name: value for name, value in super().environment.items() if name != "SMART_ALBUMS_RULES"}
        state = str(self.folder / "state")
        return {**variables, **keys, "XDG_STATE_HOME": state, "IMMICH_SERVER_URL": self.url or self.sandbox.url}

    def use(self, **settings: str) -> None:
        for name, value in settings.items():
            setattr(self, name, value)

    def write(self, rules: str) -> None:
        (self.folder / "smart-albums.yaml").write_text(rules, encoding="utf-8")


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    with Sandbox(generate(60)) as running:
        yield running


@pytest.fixture
def home(small: Sandbox, tmp_path: Path) -> Iterator[Household]:
    small.faults.clear()
    small.library.albums.clear()
    result = Household(small, tmp_path)
    result.write(RULES)
    yield result
    small.faults.clear()


def _renamed(home: Household) -> None:
    home.write(f"{RULES}  - {{name: Lost, accounts: [alice], match: {{person: Emmma}}}}\n")


def _deleted(home: Household) -> None:
    assert home.run("sync").returncode == 0
    home.sandbox.library.albums.clear()


def _guarded(home: Household) -> None:
    home.write(RULES.replace("match: {media", "guard: {add: 0}, match: {media"))


def _guarded_as_a_whole(home: Household) -> None:
    home.write(f"guard: {{add: 0}}\n{RULES}")


def _redirected(home: Household) -> None:
    home.sandbox.faults.redirect(302, "https://login.example.org/", times=None)


def _behind_a_login(home: Household) -> None:
    home.sandbox.faults.login_page(times=None)


def _without_answers(home: Household) -> None:
    home.sandbox.faults.status(400, path="/api/search/*", times=None)
    home.sandbox.faults.status(400, path="/api/albums", method="GET", times=None)


def _without_writes(home: Household) -> None:
    for method in ("PUT", "POST", "PATCH"):
        home.sandbox.faults.status(400, path="/api/albums*", method=method, times=None)


def _without_permission(home: Household) -> None:
    names = ("asset.read", "album.read", "person.read", "user.read", "albumAsset.create", "albumAsset.delete")
    home.sandbox.add_key("reader", "alice", names)
    home.alice = "reader"


def _damaged(home: Household) -> None:
    place = home.folder / "state" / "immich-smart-albums"
    place.mkdir(parents=True, exist_ok=True)
    (place / "ledger.db").write_text("this is no ledger" * 100)


FAILURES: dict[str, Callable[[Household], object]] = {
    "a key that is wrong for bob": lambda home: home.use(bob="wrong"),
    "keys that are wrong": lambda home: home.use(alice="wrong", bob="wrong", key="wrong"),
    "a variable that is not set": lambda home: home.use(bob=""),
    "no server": lambda home: home.use(url=f"http://127.0.0.1:{free_port()}"),
    "a redirect": _redirected,
    "a login page": _behind_a_login,
    "a person who was renamed": _renamed,
    "an album that was deleted": _deleted,
    "a guard": _guarded,
    "a guard of the run": _guarded_as_a_whole,
    "rules that are wrong": lambda home: home.write(f"{RULES}  - {{nmae: Lost}}\n"),
    "searches that fail": _without_answers,
    "writes that fail": _without_writes,
    "a permission that lacks": _without_permission,
    "a ledger that is none": _damaged,
}

FLAGS = ("--include-metadata-union", '{"type": "IMAGE"}')

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("plan", "--format", "json"),
    ("plan", "--show-plan"),
    ("plan", "--format", "markdown"),
    ("sync", "--format", "json"),
    ("sync",),
    ("apply", "plan.json", "--format", "json"),
    ("status", "--format", "json"),
    ("preview", "--format", "json"),
    ("preview", "--format", "ids"),
    ("preview", "--format", "table"),
    ("explain", "Together", "%PHOTO%", "--format", "json"),
    ("explain", "Finland", "%PHOTO%"),
    ("undo", "--format", "json"),
    ("undo", "7", "--dry-run"),
    ("history", "--format", "json"),
    ("history", "99", "--format", "json"),
    ("ledger", "list", "--format", "json"),
    ("ledger", "forget", "Nothing", "--format", "json"),
    ("adopt", "Finland", "--id", "Nowhere"),
    ("check",),
    ("config", "check"),
    ("config", "show"),
    (*FLAGS, "--format", "json"),
    (*FLAGS, "--format", "urls"),
    (*FLAGS, "--album", "Photos", "--create-album", "--format", "json"),
)


@pytest.mark.untraced
@pytest.mark.parametrize("failure", FAILURES)
def test_whatever_fails_says_why_on_stderr_and_in_json(failure: str, home: Household) -> None:
    photo = next(iter(home.sandbox.library.assets))
    assert home.run("plan", "--out", "plan.json").returncode == 0
    FAILURES[failure](home)
    failed = 0
    for words in _commands(failure):
        result = home.run(*(photo if word == "%PHOTO%" else word for word in words))
        failed += result.returncode != 0
        _check(result, as_json="json" in words)
    assert failed


def _commands(failure: str) -> tuple[tuple[str, ...], ...]:
    """A third of all for each failure, so that each command meets a third of the failures; in the end always `sync`."""
    if IS_DEEP:
        return COMMANDS
    return (*COMMANDS[list(FAILURES).index(failure) % 3 :: 3], ("sync",))


def _check(result: subprocess.CompletedProcess[str], *, as_json: bool) -> None:
    said = f"{result.args}: {result.returncode}\n{result.stdout}\n{result.stderr}"
    answer = json.loads(result.stdout) if as_json else {}
    assert result.returncode != 3, said
    if result.returncode == 0:
        assert "error:" not in result.stderr, said
        assert not (isinstance(answer, dict) and answer.get("problems")), said
        return
    if result.returncode == 5:
        assert "change" in result.stderr, said
        return
    reasons = Counter(line for line in result.stderr.splitlines() if line.startswith("error:"))
    assert reasons, said
    assert max(reasons.values()) == 1, said
    if as_json:
        assert answer["problems"], said
        for problem in answer["problems"]:
            assert problem["message"] in result.stderr, said


def test_the_line_for_cron_tells_what_stops_some_albums_and_writes_the_others(home: Household) -> None:
    home.bob = "wrong"
    _renamed(home)
    result = home.run("sync")
    assert result.returncode == 1
    assert "error: Together: account bob: GET /users/me was answered 401" in result.stderr
    assert "error: Lost: smart-albums.yaml:5:" in result.stderr
    assert "nobody is named 'Emmma'" in result.stderr
    assert {album.name for album in home.sandbox.library.albums.values()} == {"Finland", "Together"}


def test_albums_that_failed_are_no_empty_lists_in_a_preview(home: Household) -> None:
    home.bob = "wrong"
    _renamed(home)
    albums = {load["name"]: load for load in json.loads(home.run("preview", "--format", "json").stdout)["albums"]}
    assert albums["Finland"]["assets"]
    assert not albums["Finland"]["problems"]
    assert albums["Together"]["assets"]
    assert "401" in albums["Together"]["problems"][0]["message"]
    assert albums["Lost"]["assets"] is None
    assert "Emmma" in albums["Lost"]["problems"][0]["message"]


@pytest.mark.parametrize(
    "words", [("plan", "--fromat", "json", "--format=json"), ("sync", "--format", "json", "--wrong")]
)
def test_wrong_arguments_are_told_in_json_as_well(words: tuple[str, ...], home: Household) -> None:
    result = home.run(*words)
    assert result.returncode == 2
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem["message"] in result.stderr


ACCOUNTS = {
    "a variable": "{key_env: NOT_THERE}",
    "a file": "{key_file: not-there}",
    "a folder": "{key_file: .}",
    "a program that is not there": "{key_command: not-there}",
    "a program that fails": "{key_command: 'false'}",
    "a program without a word": "{key_command: 'true'}",
}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_an_account_without_a_key_stops_its_albums_only(account: str, home: Household) -> None:
    home.write(RULES.replace("{key_env: BOB_KEY}", ACCOUNTS[account]).replace("[alice, bob]", "[bob]"))
    result = home.run("sync")
    assert result.returncode == 1
    assert result.stderr.count("error:") == 1
    assert "error: Together: smart-albums.yaml:1:41: account bob: " in result.stderr
    assert {album.name for album in home.sandbox.library.albums.values()} == {"Finland"}


def test_a_permission_that_one_account_lacks_stops_its_albums_only(home: Household) -> None:
    home.sandbox.add_key("reader", "bob", ("asset.read", "album.read", "person.read", "user.read"))
    home.bob = "reader"
    home.write(RULES.replace("[alice, bob]", "[bob]"))
    result = home.run("sync", "--format", "json")
    assert result.returncode == 1
    assert "error: Together: account bob: the key lacks the permission album.create" in result.stderr
    assert {album.name for album in home.sandbox.library.albums.values()} == {"Finland"}
    assert [load["albums"] for load in json.loads(result.stdout)["problems"]] == [["Together"], ["Together"]]


@pytest.mark.parametrize(("body", "content_type"), [(b"[]", "application/json"), (b"<p>Hello</p>", "text/html")])
def test_photos_that_got_no_answer_are_tried_again_by_the_next_run(
    body: bytes, content_type: str, home: Household
) -> None:
    home.sandbox.faults.answer(200, body, content_type, method="PUT", path="/api/albums/*/assets", times=None)
    result = home.run("sync")
    assert result.returncode == 1
    assert "error: Finland: the server did not say what became of 14 photos" in result.stderr
    home.sandbox.faults.clear()
    assert home.run("sync").returncode == 0
    assert home.album("Finland")
    assert home.run("status").returncode == 0


def test_a_wrong_key_is_told_with_where_it_comes_from(home: Household) -> None:
    home.bob = "wrong"
    assert "Check the key (BOB_KEY in the environment)" in home.run("sync").stderr
    home.key = "wrong"
    assert "Check the key (IMMICH_API_KEY in the environment)" in home.run("check").stderr


def test_a_server_that_is_not_there_is_told_with_where_its_address_comes_from(home: Household) -> None:
    (home.folder / ".env").write_text("IMMICH_URL=http://127.0.0.1:1\n", encoding="utf-8")
    home.use(url=f"http://127.0.0.1:{free_port()}/photos")
    text = home.run("sync").stderr
    assert "The address is that of IMMICH_SERVER_URL in the environment." in text
    assert "That may be the address of a page; the server's own is probably http://127.0.0.1:" in text
    assert "IMMICH_SERVER_URL in the environment counts; IMMICH_URL in .env:1 does not." in text


def test_a_check_tells_which_of_two_settings_counts(home: Household) -> None:
    (home.folder / ".env").write_text("IMMICH_URL=http://other\nIMMICH_API_KEY=other\n", encoding="utf-8")
    result = home.run("check")
    assert result.returncode == 0
    assert "note: IMMICH_SERVER_URL in the environment counts; IMMICH_URL in .env:1 does not" in result.stderr
    assert "note: IMMICH_API_KEY in the environment counts; IMMICH_API_KEY in .env:2 does not" in result.stderr
    assert "what the accounts at smart-albums.yaml:1:1 say counts; IMMICH_API_KEY" in home.run("config", "check").stderr


def test_rules_are_planned_from_standard_input(home: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(RULES.replace("Finland,", "Piped,", 1).encode())))
    result = home.run("plan", "-")
    assert result.returncode == 0, result.stderr
    assert "Piped" in result.stdout


@pytest.mark.parametrize("bob", ["", "wrong"])
def test_a_saved_plan_is_written_without_the_albums_of_an_account_that_fails(bob: str, home: Household) -> None:
    assert home.run("plan", "--out", "plan.json").returncode == 0
    home.bob = bob
    result = home.run("apply", "plan.json")
    assert result.returncode == 1
    assert result.stderr.count("error:") == 1
    assert "error: Together: " in result.stderr
    assert {album.name for album in home.sandbox.library.albums.values()} == {"Finland"}
