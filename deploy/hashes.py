"""Writes requirements.txt and requirements-build.txt: exact versions with the hashes of their files, and no host."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
CHECKOUT = HERE.parent
PROJECT = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))
HEADS = {
    "requirements.txt": "# Exact versions with the hashes of their files, so that an image holds what was reviewed,\n"
    "# on amd64 and arm64. Made from pyproject.toml and constraints.txt by: make hashes\n",
    "requirements-build.txt": "# What builds the wheel, with hashes, as in requirements.txt. Made by: make hashes\n",
}
NEEDED = {
    "requirements.txt": PROJECT["project"]["dependencies"],
    "requirements-build.txt": PROJECT["build-system"]["requires"],
}


def compiled(requirements: list[str]) -> str:
    """Returns the requirements and all that they need, with hashes. Raises CalledProcessError."""
    command = [
        sys.executable,
        "-m",
        "piptools",
        "compile",
        "--quiet",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
    ]
    command += ["--strip-extras", "--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]
    command += ["--constraint", str(CHECKOUT / "constraints.txt"), "--output-file", "-", "-"]
    text = "\n".join(requirements)
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own words


for name, requirements in NEEDED.items():
    (HERE / name).write_text(HEADS[name] + compiled(requirements).lstrip(), encoding="utf-8")
