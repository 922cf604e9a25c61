"""The verb that opens the studio."""

from __future__ import annotations

import html
import re
import signal
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.web import server

if TYPE_CHECKING:
    import subprocess

    from tests.support.forked import Forked

    from .conftest import Shell


def link_of(process: Forked | subprocess.Popen[str]) -> str:
    """The address that it prints."""
    assert process.stderr is not None
    line = process.stderr.readline()
    result = re.search(r"http://\S+", line)
    assert result, line
    return result[0]


def ended(process: Forked | subprocess.Popen[str]) -> str:
    """What else it prints when it is asked to end."""
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    assert out == ""
    return err


def test_it_answers_on_this_machine_and_ends_on_ctrl_c(shell: Shell) -> None:
    process = shell.start_interpreter("serve", "--port", "0")
    link = link_of(process)
    assert link.startswith("http://127.0.0.1:")
    with urllib.request.urlopen(f"{link}albums", timeout=300) as answer:
        page = answer.read().decode()
    assert "No rule yet" in page
    assert shell.sandbox.keys["alice"] not in page
    assert "Traceback" not in ended(process)


def test_a_signal_ends_it_at_once(shell: Shell) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        process = shell.start("serve", "--port", "0")
        link_of(process)  # and not a moment later
        process.send_signal(number)
        assert process.wait(timeout=300) == 0
        process.communicate()


def test_it_opens_with_rules_that_cannot_be_read(shell: Shell) -> None:
    (shell.folder / "smart-albums.yaml").write_text("albums:\n- name: A\n  match: {persn: Emma}\n")
    process = shell.start("serve", "--port", "0")
    link = link_of(process)
    with urllib.request.urlopen(f"{link}albums", timeout=600) as answer:
        page = answer.read().decode()
    assert "smart-albums.yaml:3:" in page
    assert "Did you mean" in page
    file = re.search(r'href="(file[^"]+)"', page)
    assert file
    with urllib.request.urlopen(link + html.unescape(file[1]), timeout=600) as answer:
        assert "match: {persn: Emma}" in html.unescape(answer.read().decode())
    assert "Traceback" not in ended(process)


def test_for_other_machines_it_prints_a_link_with_a_token(shell: Shell) -> None:
    process = shell.start("serve", "--port", "0", "--host", "0.0.0.0")
    link = re.sub(r"//[^:/]+:", "//127.0.0.1:", link_of(process))
    base, _, token = link.partition("?token=")
    assert len(token) >= 32
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(base, timeout=300)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(link, timeout=300) as answer:
        assert answer.geturl() == base
        assert b"Smart Albums" in answer.read()
    assert token not in ended(process)


def test_a_token_of_ones_own_is_printed_nowhere(shell: Shell) -> None:
    (shell.folder / "token").write_text("a-token-of-more-than-sixteen\n")
    process = shell.start("serve", "--port", "0", "--host", "0.0.0.0", "--token-file", "token")
    assert "token" not in link_of(process)
    assert process.stderr is not None
    assert "write ?token= and what token holds behind it" in process.stderr.readline()
    assert "a-token" not in ended(process)


def test_without_a_port_it_makes_way_for_whoever_listens_at_the_usual_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(server, "DEFAULT_PORT", port)
        monkeypatch.setattr(server, "LAST_PORT", port + 20)
        with server.listen("127.0.0.1", None) as another:
            assert port < another.getsockname()[1] <= port + 20
        with pytest.raises(ConfigurationError) as caught:
            server.listen("127.0.0.1", port)
        assert "--port, or 0 for any" in (caught.value.problems[0].hint or "")
        monkeypatch.setattr(server, "LAST_PORT", port)
        with pytest.raises(ConfigurationError):
            server.listen("127.0.0.1", None)


def test_what_cannot_be_is_told(shell: Shell) -> None:
    (shell.folder / "short").write_text("short\n")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for flags, message in (
            (("--token-file", "short"), "less than 16 characters"),
            (("--token-file", "nowhere"), "cannot be read"),
            (("--allow-frame", "home.example.org/x"), "no origin"),
            (("--port", port), "Another program listens there"),
            (("--host", "192.0.2.1"), "another address with --host"),
            (("--port", "99999"), "--port"),
        ):
            result = shell.run("serve", *flags)
            assert result.returncode == 2, result.stderr
            assert message in result.stderr
