"""The command line as a user has it: a process of its own against a sandbox on a real socket."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.sandbox import Sandbox, generate

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]


@dataclass
class Shell:
    """A terminal with the sandbox's address and key in its environment."""

    sandbox: Sandbox
    folder: Path
    key: str = "alice"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("IMMICH_", "COV_"))}
        return {
            **kept,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "IMMICH_SERVER_URL": self.sandbox.url,
            "IMMICH_API_KEY": self.sandbox.keys.get(self.key, self.key),
            "PYTHONPATH": str(CHECKOUT / "src"),
            "TZ": "Europe/Helsinki",
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "immich_smart_albums", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        result = subprocess.CompletedProcess(process.args, process.returncode, out, err)
        for key in self.sandbox.keys.values():
            assert key not in out
            assert key not in err
        assert "Traceback" not in err
        return result

    def album(self, name: str) -> set[str]:
        """The ids in an album of this name, straight from the sandbox's library."""
        found = [album for album in self.sandbox.library.albums.values() if album.name == name]
        assert len(found) == 1, f"{len(found)} albums are named {name}"
        return set(found[0].asset_ids)


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
