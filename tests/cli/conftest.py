"""The command line as a user has it, against a sandbox on a real socket."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.cli import main
from tests.support.forked import Forked

if TYPE_CHECKING:
    import signal
    from collections.abc import Iterator, Mapping

CHECKOUT = Path(__file__).parents[2]


def settle(
    monkeypatch: pytest.MonkeyPatch, folder: Path, state: Path, sandbox: Sandbox, *, address: bool = True
) -> None:
    """Work in a folder, with address, key and state folder in the environment, and no other variable of ours."""
    monkeypatch.chdir(folder)
    for name in ("IMMICH_URL", "IMMICH_INSTANCE_URL", "IMMICH_BASE_URL", "IMMICH_SERVER_URL", "SMART_ALBUMS_RULES"):
        monkeypatch.delenv(name, raising=False)
    if address:
        monkeypatch.setenv("IMMICH_SERVER_URL", sandbox.url)
    monkeypatch.setenv("IMMICH_API_KEY", sandbox.keys["alice"])
    monkeypatch.setenv("XDG_STATE_HOME", str(state))


@dataclass
class Shell:
    """A terminal with the sandbox's address and key in its environment."""

    sandbox: Sandbox
    folder: Path
    key: str = "alice"
    latest: Forked | subprocess.Popen[str] | None = None
    """The last process that was started: known before it sends a request."""

    @property
    def environment(self) -> dict[str, str]:
        variables = {name: value for name, value in os.environ.items() if not name.startswith(("IMMICH_", "COV_"))}
        return {
            **variables,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "IMMICH_SERVER_URL": self.sandbox.url,
            "IMMICH_API_KEY": self.sandbox.keys.get(self.key, self.key),
            "PYTHONPATH": str(CHECKOUT / "src"),
            "TZ": "Europe/Helsinki",
        }

    def start(self, *arguments: str) -> Forked:
        """Start a command line in a process of its own."""
        process = self.latest = Forked(arguments, self.folder, self.environment)
        process.go()
        return process

    def start_interpreter(self, *arguments: str) -> subprocess.Popen[str]:
        """The same with a start of Python, and of everything."""
        self.latest = subprocess.Popen(
            [sys.executable, "-m", "immich_smart_albums", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.latest

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to the process that was started last."""
        assert self.latest is not None
        self.latest.send_signal(number)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command line in this process, which is quicker, with the folder and environment of the other ways."""
        out, err = io.StringIO(), io.StringIO()
        before, folder = dict(os.environ), Path.cwd()
        try:
            os.chdir(self.folder)
            self._set_environment(self.environment)
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                code = int(self._code(arguments))
        finally:
            os.chdir(folder)
            self._set_environment(before)
        return self._checked(subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue()))

    def _code(self, arguments: tuple[str, ...]) -> int:
        try:
            return int(main.run(arguments))
        except SystemExit as leaving:  # argparse
            return leaving.code if isinstance(leaving.code, int) else 0

    def _set_environment(self, wanted: Mapping[str, str]) -> None:
        os.environ.clear()
        os.environ.update(wanted)
        time.tzset()

    def _checked(self, result: subprocess.CompletedProcess[str]) -> subprocess.CompletedProcess[str]:
        for key in self.sandbox.keys.values():
            assert key not in result.stdout
            assert key not in result.stderr
        assert "Traceback" not in result.stderr
        return result

    def album(self, name: str) -> set[str]:
        """The ids in an album of this name, straight from the sandbox's library."""
        result = [album for album in self.sandbox.library.albums.values() if album.name == name]
        assert len(result) == 1, f"{len(result)} albums are named {name}"
        return set(result[0].asset_ids)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(600)) as running:
        yield running


@pytest.fixture
def shell(sandbox: Sandbox, tmp_path: Path) -> Iterator[Shell]:
    sandbox.faults.clear()
    sandbox.clear_requests()
    yield Shell(sandbox, tmp_path)
    sandbox.faults.clear()
