"""Every command that the tool prints works when it is pasted: with the arguments of the run, and without the key."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.cli import pasting
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run as run_tool
from immich_smart_albums.cli.parser import PROGRAM
from immich_smart_albums.cli.pasting import pasteable
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.model.text.command import command
from tests.support.household import Household, two_people

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "Mum's `best` $HOME"
"""An album that a shell would make something of."""

RULES = f"""
albums:
  - name: "{NAME}"
    match: {{rating: 5}}
    keep: in-step
    guard: {{remove: unlimited, empty: allow}}
"""

KEY_WORD = "--key"


class Desk:
    """A person at a terminal, whose arguments are all their own."""

    def __init__(self, home: Household, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.home = home
        self.rules = folder / "my rules" / "best of.yaml"
        self.ledger = ("--ledger", "../my ledger.db")
        self.server = ("--server", home.sandbox.url, "--timeout", "50", KEY_WORD, home.sandbox.keys["alice"])
        self.capsys = capsys

    def run(self, *words: str, code: Exit = Exit.DONE) -> str:
        """What it says."""
        self.capsys.readouterr()
        assert run_tool(list(words)) is code
        captured = self.capsys.readouterr()
        said = captured.out + captured.err
        assert self.home.sandbox.keys["alice"] not in said
        return said

    def pasted(self, said: str, verb: str) -> list[str]:
        """The words of the printed command of a verb, as a shell takes them."""
        lines = [line for line in said.splitlines() if f"{PROGRAM} {verb}" in line]
        (line,) = lines
        text = line[line.index(f"{PROGRAM} {verb}") :]
        if line[line.index(f"{PROGRAM} {verb}") - 1] == "`":
            quoted = re.match(r"""(?:[^`'"]|'[^']*'|"[^"]*")+""", text)
            assert quoted
            text = quoted[0]
        return shlex.split(text)[1:]

    def paste(self, said: str, verb: str, code: Exit = Exit.DONE) -> str:
        """Run it in another folder, with the key in the environment."""
        return self.run(*self.pasted(said, verb), code=code)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    with Sandbox(two_people()) as sandbox:
        for folder in ("my rules", "here", "there"):
            (tmp_path / folder).mkdir()
        settle(monkeypatch, tmp_path / "here", tmp_path / "state", sandbox, address=False)
        made = Desk(Household(sandbox, tmp_path / "my ledger.db", ()), tmp_path, capsys)
        made.rules.write_text(RULES, encoding="utf-8")
        made.home.rate("alice-0", "alice-1")
        yield made


@pytest.fixture
def synced(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a first run says; what follows happens in another folder."""
    said = desk.run("sync", str(desk.rules), *desk.ledger, *desk.server)
    monkeypatch.chdir(desk.rules.parents[1] / "there")
    return said


def arguments(desk: Desk) -> tuple[str, ...]:
    """Those of the first run, as they are written elsewhere."""
    return ("--ledger", str(desk.home.ledger), *desk.server)


def test_undo_of_a_run_and_of_its_undoing(desk: Desk, synced: str) -> None:
    desk.home.rate("alice-2")
    undone = desk.paste(desk.run("sync", str(desk.rules), *arguments(desk)), "undo")
    assert desk.home.inside(NAME) == {"alice-0", "alice-1"}
    desk.paste(undone, "undo")
    assert desk.home.inside(NAME) == {"alice-0", "alice-1", "alice-2"}
    words = ("--rules", str(desk.rules), *arguments(desk))
    # Run 2 was undone by run 3, and done again by run 4.
    desk.paste(desk.run("undo", "2", *words, code=Exit.WRONG_USAGE), "undo")
    assert desk.home.inside(NAME) == {"alice-0", "alice-1"}
    desk.paste(desk.run("undo", "2", *words, code=Exit.WRONG_USAGE), "undo")
    assert desk.home.inside(NAME) == {"alice-0", "alice-1", "alice-2"}
    # What deleted the album offers no way back that would not work.
    desk.run("undo", *words)
    assert f"{PROGRAM} undo" not in desk.paste(synced, "undo")
    assert not desk.home.sandbox.library.albums
    assert "the next sync makes it anew" in desk.run("undo", "8", *words)


def test_undo_out_of_order(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.rate("alice-0", stars=1)
    desk.run("sync", str(desk.rules), *arguments(desk))
    said = desk.run("undo", "1", "--dry-run", "--rules", str(desk.rules), *arguments(desk))
    desk.paste(said, "undo 2")
    assert desk.home.inside(NAME) == {"alice-0", "alice-1"}


def test_history_and_the_list_of_albums(desk: Desk, synced: str) -> None:
    assert synced
    said = desk.run("undo", "99", "--rules", str(desk.rules), *arguments(desk), code=Exit.WRONG_USAGE)
    assert "sync" in desk.paste(said, "history")
    said = desk.run("ledger", "forget", "Zzyzx", "--ledger", str(desk.home.ledger), code=Exit.WRONG_USAGE)
    assert NAME in desk.paste(said, "ledger list")
    said = desk.run("ledger", "forget", NAME, desk.home.id("alice-0"), *arguments(desk)[:2], code=Exit.WRONG_USAGE)
    assert NAME in desk.paste(said, "ledger list")


def test_forgetting_what_a_person_took_out(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.take_out("alice-0", album=NAME)
    desk.run("sync", str(desk.rules), *arguments(desk))
    listed = desk.run("ledger", "list", NAME, "--ledger", str(desk.home.ledger))
    line = next(line for line in listed.splitlines() if f"{PROGRAM} ledger forget" in line)
    desk.paste(line.removesuffix(":"), "ledger forget")
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert desk.home.inside(NAME) == {"alice-0", "alice-1"}


def test_forgetting_one_photo_that_explain_tells_of(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.take_out("alice-0", "alice-1", album=NAME)
    desk.run("sync", str(desk.rules), *arguments(desk))
    said = desk.run("explain", str(desk.rules), NAME, desk.home.id("alice-1"), *arguments(desk))
    desk.paste(said, "ledger forget")
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert desk.home.inside(NAME) == {"alice-1"}


def test_having_an_album_made_again_or_feeding_another_one(desk: Desk, synced: str) -> None:
    assert synced
    library = desk.home.sandbox.library
    library.delete_album(desk.home.album(NAME).id)
    other = library.add_album("Other", owner_id=library.user_named("alice").id)
    said = desk.run("plan", str(desk.rules), *arguments(desk), code=Exit.FAILED)
    hint = next(line for line in said.splitlines() if "made again" in line)
    words = desk.pasted(hint[hint.index("feed another") :], "adopt")
    desk.run(*(other.id if word == "ALBUM" else word for word in words))
    library.delete_album(other.id)
    desk.paste(hint[: hint.index("To feed")], "ledger forget")
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert desk.home.inside(NAME) == {"alice-0", "alice-1"}


def test_what_an_interrupted_run_leaves_in_doubt(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.rate("alice-2", "alice-3")
    desk.home.sandbox.faults.lose_answer(method="PUT", path="/api/albums/*/assets", times=None)
    desk.run("sync", str(desk.rules), *arguments(desk), "--timeout", "5", code=Exit.FAILED)
    desk.home.sandbox.faults.clear()
    desk.home.take_out("alice-2", album=NAME)
    said = desk.run("sync", str(desk.rules), *arguments(desk))
    warnings = "\n".join(dict.fromkeys(line for line in said.splitlines() if line.strip().startswith("⚠")))
    desk.paste(warnings, "adopt")
    desk.paste(warnings, "ledger forget")
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert desk.home.inside(NAME) == {"alice-0", "alice-1", "alice-2", "alice-3"}
    desk.home.rate("alice-3", stars=1)
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert "alice-3" not in desk.home.inside(NAME)


def test_an_album_that_was_emptied_at_once(desk: Desk) -> None:
    desk.home.rate(*(f"alice-{number}" for number in range(5)))
    desk.run("sync", str(desk.rules), *desk.ledger, *desk.server)
    desk.home.take_out(*(f"alice-{number}" for number in range(5)), album=NAME)
    said = desk.run("sync", str(desk.rules), *desk.ledger, *desk.server, code=Exit.REFUSED)
    refused = next(line for line in said.splitlines() if f"{PROGRAM} ledger forget" in line)
    desk.paste(refused, "ledger forget")
    desk.run("sync", str(desk.rules), *desk.ledger, *desk.server)
    assert len(desk.home.inside(NAME)) == 5


def test_a_ledger_that_was_lost(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.ledger.unlink()
    said = desk.run("plan", str(desk.rules), *arguments(desk))
    desk.paste(said, "adopt")
    desk.home.rate("alice-0", stars=1)
    desk.run("sync", str(desk.rules), *arguments(desk))
    assert desk.home.inside(NAME) == {"alice-1"}


def test_plans_of_files(desk: Desk, synced: str) -> None:
    assert synced
    desk.home.rate("alice-2")
    said = desk.run("apply", "my plan.json", str(desk.rules), *arguments(desk), code=Exit.WRONG_USAGE)
    desk.paste(said, "plan --out") if f"{PROGRAM} plan --out" in said else desk.paste(said, "plan")
    desk.rules.chmod(0o666)
    said = desk.run("apply", "my plan.json", *arguments(desk), code=Exit.WRONG_USAGE)
    said = desk.paste(said, "apply")
    assert "alice-2" in desk.home.inside(NAME)
    # What apply tells to paste has the rules that the plan named.
    desk.paste(said, "undo")
    assert "alice-2" not in desk.home.inside(NAME)


@pytest.mark.parametrize("format_", ["json", "markdown"])
def test_commands_in_plans_for_programs_and_chats_are_whole_as_well(desk: Desk, synced: str, format_: str) -> None:
    assert synced
    desk.home.sandbox.library.delete_album(desk.home.album(NAME).id)
    desk.capsys.readouterr()
    words = ("plan", str(desk.rules), "--format", format_, *arguments(desk))
    assert run_tool(list(words)) is Exit.FAILED
    out = desk.capsys.readouterr().out
    if format_ == "json":
        (problem,) = json.loads(out)["albums"][0]["problems"]
        assert f"{PROGRAM} ledger forget" in problem["hint"]
        assert str(desk.home.ledger) in problem["hint"].replace("here/../", "")
    else:
        assert f"{PROGRAM} ledger forget" in out


def test_what_init_says_comes_next(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    said = desk.run("init", "my new rules.yaml")
    words = desk.pasted(said, "plan")
    assert words == ["plan", "my new rules.yaml"]
    assert run_tool([*words, *desk.server]) in {Exit.DONE, Exit.WRONG_USAGE, Exit.FAILED}
    assert "cannot be read" not in capsys.readouterr().err


# -- the form ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", sorted({*pasting.WITH_SERVER, *pasting.WITH_LEDGER}))
@pytest.mark.parametrize("name", ["Best", "-x", "--x", "a b", "It's", 'say "hi"', "`", "$(rm)"])
def test_any_verb_is_parsed_again_as_it_was_meant(verb: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    carried = pasting._RunArguments(("/r 1", "/r2"), ("--server", "http://x"), ("--ledger", "/l"))
    monkeypatch.setattr(pasting, "_run", carried)
    words = {
        "undo": ("3",),
        "history": ("3",),
        "check": (),
        "ledger": ("forget", name),
        "explain": (name, "id"),
        "apply": ("plan.json",),
        "adopt": (name, "--take-over"),
    }.get(verb, ())
    text = pasteable(f"say {command(verb, *words)} now")
    assert text.startswith(f"say `{PROGRAM} {verb}")
    assert text.endswith("` now")
    program, *rest = shlex.split(text[5:-5])
    assert (program, rest[0]) == (PROGRAM, verb)
    parsed = VERBS[verb].parser(verb).parse_args(rest[1:])
    assert getattr(parsed, "server", "http://x") == "http://x"
    assert str(getattr(parsed, "ledger", "/l")) == "/l"
    if "words" in parsed:
        assert parsed.words == ["/r 1", "/r2", *words[: 1 if verb == "adopt" else 2]]
    elif "rules" in parsed:
        assert [str(rule) for rule in parsed.rules] == ["/r 1", "/r2"]
    if verb == "ledger":
        assert parsed.album == name


def test_every_way_to_reach_the_server_is_carried_or_kept_back_on_purpose() -> None:
    parser = VERBS["sync"].parser("sync")
    (group,) = [group for group in parser._action_groups if group.title == "server"]
    assert {action.dest for action in group._group_actions} == {*pasting.REMEMBERED, "key"}


def test_a_header_is_carried_by_where_its_value_is_to_be_had_and_never_with_a_value(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pasting, "_run", pasting._RunArguments())
    parser = VERBS["sync"].parser("sync")
    sources = ("--header", "A=@my file", "--header", "B=env:TOKEN", "--header", "C=secret", "--header", "secret")
    words = (*sources, "--client-cert", "c.pem", "--client-key", "k.pem", "--ca", "ca.pem", "--key", "secret")
    pasting.remember_arguments("sync", parser.parse_args(words), parser)
    line = pasteable(f"so: {command('status')}")
    assert "secret" not in line
    parsed = VERBS["status"].parser("status").parse_args(shlex.split(line)[3:])
    assert parsed.header == [f"A=@{tmp_path / 'my file'}", "B=env:TOKEN"]
    assert [parsed.client_cert, parsed.client_key, parsed.ca] == [
        tmp_path / name for name in ("c.pem", "k.pem", "ca.pem")
    ]


def test_what_is_no_command_is_left_as_it_is() -> None:
    for text in ("`share` in the rules", "allow more in `guard`", "it's `plan", "plan", "\\`plan Best\\`", "`planned`"):
        assert pasteable(text) == text
