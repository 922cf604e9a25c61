"""The image, built without a container engine: its own steps into a plain folder, run as somebody whom nobody knows.

Slow for a reason: packages are installed with their hashes, as the image installs them, and the tool is run as a user
without a name and a home, on code that it cannot write.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from tests.support.dockerfile import environment, stages, value
from tests.support.examples import only_deep
from tests.support.free_port import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKOUT = Path(__file__).parents[2]
DOCKERFILE = CHECKOUT / "deploy" / "Dockerfile"
NOBODY = 54_321
PATIENCE = 300
NOT_TO_BE_HAD = re.compile("No matching distribution|Failed to establish|Retrying|timed out")

pytestmark = [
    only_deep,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can run a command as somebody else"),
]


def interpreter() -> str | None:
    """A Python that anybody may run; None where there is none."""
    for candidate in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        path = Path(candidate).resolve()
        may = path.is_file() and all(parent.stat().st_mode & 0o001 for parent in (path, *path.parents))
        if may and subprocess.run([path, "-c", "import ensurepip"], capture_output=True, check=False).returncode == 0:
            return str(path)
    return None


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A folder with what the image has: /opt/app, /config and /data."""
    python = interpreter()
    if python is None:
        pytest.skip("no Python on this machine that anybody may run and that makes environments")
    root = Path(tempfile.mkdtemp(prefix="image-"))  # pytest's own folders are closed to others
    root.chmod(0o755)
    build, _ = stages(DOCKERFILE)
    folder = root / "build"
    shutil.copytree(CHECKOUT / "deploy", folder / "deploy")
    shutil.copytree(CHECKOUT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(CHECKOUT / name, folder)
    for instruction in build:
        if instruction.word == "RUN":
            command = re.sub(r"(?<![\w.])/(opt|build)\b", rf"{root}/\1", instruction.text)
            command = re.sub(r"(^|&& )python ", rf"\1{python} ", command)
            run = subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True, check=False)
            if run.returncode and NOT_TO_BE_HAD.search(run.stderr):
                pytest.skip("the packages of the image cannot be had here")
            assert run.returncode == 0, run.stderr[-2000:]
    for name in ("config", "data"):
        (root / name).mkdir()
    os.chown(root / "data", NOBODY, NOBODY)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(generate(200)) as sandbox:
        yield sandbox


def surroundings(root: Path, sandbox: Sandbox) -> dict[str, str]:
    """The variables of the image, no HOME among them, and those of a user who starts it."""
    _, image = stages(DOCKERFILE)
    own = {name: re.sub(r"(^|:)/(?=opt|config|data)", rf"\1{root}/", text) for name, text in environment(image).items()}
    own["PATH"] = own["PATH"].replace("$PATH", "/usr/bin:/bin")
    return own | {"IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"], "TZ": "Europe/Helsinki"}


def run(root: Path, sandbox: Sandbox, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in the image, as a user without a name."""
    return subprocess.run(
        [root / "opt/app/bin/immich-smart-albums", *words],
        env=surroundings(root, sandbox),
        cwd=root / "config",
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def test_the_image_syncs_stays_well_and_stops(root: Path, sandbox: Sandbox) -> None:
    (root / "config" / "smart-albums.yaml").write_text("albums: [{name: Emma, match: {person: Emma}}]\n")
    synced = run(root, sandbox, "sync")
    assert synced.returncode == 0, synced.stderr
    assert [album.name for album in sandbox.library.albums.values()].count("Emma") == 1
    assert (root / "data" / "immich-smart-albums" / "ledger.db").is_file()
    assert not run(root, sandbox, "--help").returncode

    _, image = stages(DOCKERFILE)
    port = free_port()
    words = [*value(image, "ENTRYPOINT").words, *value(image, "CMD").words]
    words = [word.replace("0.0.0.0:8765", f"127.0.0.1:{port}") for word in words]
    words[0] = str(root / "opt/app/bin" / words[0])
    daemon = subprocess.Popen(
        words,
        env=surroundings(root, sandbox),
        cwd=root / "config",
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not _is_well(port):
            assert daemon.poll() is None, daemon.communicate()[0]
            assert time.monotonic() < deadline, "it never became well"
            time.sleep(0.2)
        assert run(root, sandbox, "healthcheck").returncode == 0
    finally:
        daemon.send_signal(signal.SIGTERM)
        output = daemon.communicate(timeout=PATIENCE)[0]
    assert daemon.returncode == 0, output
    assert sandbox.keys["alice"] not in output
    assert "Traceback" not in output


def _is_well(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
