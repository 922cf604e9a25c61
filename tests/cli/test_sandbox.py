"""The verb that keeps a sandbox running."""

from __future__ import annotations

import re
import signal
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Shell


def test_a_sandbox_tells_how_to_use_it_and_stops_on_ctrl_c(shell: Shell) -> None:
    process = shell.start("sandbox", "--assets", "300", "--level", "2.7")
    assert process.stdout is not None
    announced = ""
    while "alice-readonly" not in announced:
        line = process.stdout.readline()
        assert line, "the sandbox ended by itself"
        announced += line
    server = re.search(r"export IMMICH_SERVER_URL=(\S+)", announced)
    key = re.search(r"export IMMICH_API_KEY=(\S+)", announced)
    assert server is not None
    assert key is not None
    checked = shell.run("check", "--server", server[1], "--key", key[1])
    assert checked.returncode == 0, checked.stderr
    assert "Immich 2.7.5" in checked.stdout
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0
    assert err == ""


def test_a_port_that_is_taken_is_told(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = shell.run("sandbox", "--assets", "10", "--port", port)
    assert result.returncode == 2
    assert "--port" in result.stderr
    assert "Leave --port out" in result.stderr
