"""A terminal for the documentation: command lines as they stand there, run in this process."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import re
import shlex
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING
from unittest import mock

from immich_smart_albums.cli.main import run
from immich_smart_albums.cli.verbs import VERBS

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

TOOL = "immich-smart-albums"
ADDRESS = "http://127.0.0.1:40000"
"""The sandbox's, on all pages."""
ADDRESSES = (ADDRESS, "http://immich.local:2283", "https://photos.example.org")
"""What stands for the sandbox on the pages."""

_NOT_OURS = ("#", "export ", "make ", "pip ", "python3 ", "mkdir ", "chmod ")
"""Lines that prepare a machine; everything else is run."""

_TIMES = (
    (r"\bmade \d{4}-\d\d-\d\d \d\d:\d\d UTC", "made 2026-11-02 04:15 UTC"),
    (r"\b(sync|apply|undo|adopt) of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", r"\1 of 2026-11-02T04:15:00Z"),
    (r"(?m)^( *\d+  )\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\g<1>2026-11-02 04:15:00"),
    (r"\b(run \d+ on )\d{4}-\d\d-\d\d", r"\g<1>2026-11-02"),
    (r", \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC:", ", 2026-11-02 04:15:00 UTC:"),
)
"""When runs took place is another moment every time."""


def command_lines(text: str) -> list[str]:
    """The lines of a shell block, continued ones joined."""
    return [line for line in text.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith(_NOT_OURS)]


@dataclass
class Terminal:
    """A terminal in a folder, with the sandbox's address and keys in its environment."""

    sandbox: Sandbox
    folder: Path

    def __post_init__(self) -> None:
        """Somebody has put the secrets that the pages name where they are read from."""
        (self.folder / "secrets").mkdir()
        for name in ("cf-id",):
            secret = self.folder / "secrets" / name
            secret.write_text("a part of a token\n", encoding="utf-8")
            secret.chmod(0o600)

    @property
    def environment(self) -> dict[str, str]:
        """What programs see."""
        inherited = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
        keys = {f"{name.upper().replace('-', '_')}_KEY": key for name, key in self.sandbox.keys.items()}
        return (
            inherited
            | keys
            | {
                "CF_SECRET": "the other part of a token",
                "HOME": str(self.folder),
                "XDG_STATE_HOME": str(self.folder / "state"),
                "XDG_CONFIG_HOME": str(self.folder / "config"),
                "IMMICH_SERVER_URL": self.sandbox.url,
                "IMMICH_API_KEY": self.sandbox.keys["alice"],
            }
        )

    def write(self, name: str, text: str) -> None:
        """Save a file that a page shows."""
        for address in ADDRESSES:
            text = text.replace(address, self.sandbox.url)
        text = text.replace("/run/secrets/", f"{self.folder}/secrets/")
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, line: str) -> tuple[int, str]:
        """Run a command line; its exit code, and all that it prints."""
        words = shlex.split(line.replace(ADDRESS, self.sandbox.url))
        assert words[0] in {TOOL, "curl"}, f"nobody knows what {words[0]} does"
        into = words[words.index(">") + 1] if ">" in words else None
        words = words[: words.index(">")] if ">" in words else words
        shown, result = io.StringIO(), io.StringIO()
        with (
            mock.patch.dict(os.environ, self.environment, clear=True),
            contextlib.chdir(self.folder),
            contextlib.redirect_stdout(result if into else shown),
            contextlib.redirect_stderr(shown),
        ):
            code = _run(words)
        if into:
            (self.folder / into).write_text(result.getvalue(), encoding="utf-8")
        return code, self._as_written(shown.getvalue())

    def _as_written(self, text: str) -> str:
        text = text.replace(self.sandbox.url, ADDRESS).replace(str(self.folder), "~")
        for pattern, moment in _TIMES:
            text = re.sub(pattern, moment, text)
        return text


def _run(words: list[str]) -> int:
    if words[0] == "curl":
        return _curl([os.path.expandvars(word) for word in words[1:]])
    if words[1] in {"sandbox", "serve"}:
        VERBS[words[1]].parser(words[1]).parse_args(words[2:])  # they stay until Ctrl-C, and have tests of their own
        return 0
    try:
        return run(words[1:])
    except SystemExit as ended:
        return int(ended.code or 0)


def _curl(words: list[str]) -> int:
    """The few flags that the pages use; 22 for a refusal, as with --fail."""
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    arguments = parser.parse_args(words)
    headers = dict(header.split(": ", 1) for header in arguments.headers)
    request = urllib.request.Request(arguments.url, arguments.body.encode(), headers, method=arguments.method)
    with urllib.request.urlopen(request) as answer:
        return 0 if answer.status < 300 else 22
