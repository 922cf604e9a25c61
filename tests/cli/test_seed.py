"""Every command line of the tool that this one replaces, as it stood in its description, run by a shell."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from .conftest import CHECKOUT

if TYPE_CHECKING:
    from .conftest import Shell

FILES = {
    "filters/summer-2023.json": {"takenAfter": "2023-06-01T00:00:00.000Z", "takenBefore": "2023-08-31T23:59:59.999Z"},
    "filters/beach.json": {"query": "beach", "resultLimit": 20},
    "filters/nsfw.json": {"query": "nsfw", "resultLimit": 20},
    "filters/family.json": {"personIds": ["EMMA"]},
    "filters/all-photos.json": {},
    "all-images.json": {},
    "filters/localfilter-apple.json": [
        {"path": "$.exifInfo.make", "regex": "Apple", "description": "Photos taken with any Apple device"}
    ],
    "filters/localfilter-finland.json": [
        {"path": "$.exifInfo.country", "regex": "Finland", "description": "Photos taken in Finland"}
    ],
    "filters/metadata-2023-Q1.json": {
        "takenAfter": "2023-01-01T00:00:00.000Z",
        "takenBefore": "2023-03-31T23:59:59.999Z",
    },
    "filters/holidays-2022.json": {
        "personIds": ["EMMA", "NOAH"],
        "takenAfter": "2022-12-20T00:00:00.000Z",
        "takenBefore": "2023-01-10T23:59:59.999Z",
        "city": "Helsinki",
    },
    "filters/people.json": {"personIds": ["EMMA", "NOAH"], "query": "porsche car background", "resultLimit": 300},
}

LINES = [
    "python3 immich-smart-albums.py --include-metadata-intersection filters/summer-2023.json",
    "python3 immich-smart-albums.py --include-smart-union filters/beach.json --album ALBUM",
    r"""python immich-smart-albums.py --key YOUR_API_KEY --server https://immich.example.com \
--include-smart-intersection '{"query":"mountains", "resultLimit":100}' \
'{"query":"beach", "resultLimit":100}'""",
    r"""python immich-smart-albums.py --key YOUR_API_KEY --server https://immich.example.com \
--include-smart-union '{"query":"mountains", "resultLimit":100}' \
'{"query":"beach", "resultLimit":100}'""",
    r"""python immich-smart-albums.py --server https://immich.example.com --key YOUR_API_KEY \
--include-smart-union '{"query":"mountains"}' '{"query":"landscape"}' \
--include-smart-intersection '{"query":"summer"}' '{"query":"sunny"}'""",
    r"""python immich-smart-albums.py --key YOUR_API_KEY --server https://immich.example.com \
--include-smart-union '{"query":"mountains", "resultLimit":100}' \
--exclude-smart-union '{"query":"person", "resultLimit":100}'""",
    r"""python immich-smart-albums.py --key YOUR_API_KEY --server https://immich.example.com \
--include-smart-union '{"query":"beach", "resultLimit":200}' \
--include-metadata-union '{"datetime": {"from": "2023-06-01", "to": "2023-09-01"}}' \
--exclude-smart-union '{"query":"person", "resultLimit":100}' '{"query":"sunset", "resultLimit":100}'""",
    r"""python immich-smart-albums.py --key YOUR_API_KEY --server https://immich.example.com \
--include-smart-union '{"query":"mountains", "resultLimit":100}' \
--include-local-filter-union '[{"path": "$.originalPath", "regex": "\\.jpe?g$", "description": "JPG files only"}]'""",
    r"""python3 immich-smart-albums.py \
--include-metadata-union filters/all-photos.json \
--include-local-filter-intersection filters/localfilter-apple.json \
--album ALBUM""",
    (
        "python3 immich-smart-albums.py --include-metadata-union all-images.json "
        "--include-local-filter-intersection filters/localfilter-apple.json filters/localfilter-finland.json "
        "--album iphone-in-finland --create-album"
    ),
    "python3 immich-smart-albums.py --include-metadata-union filters/metadata-2023-Q1.json --album ALBUM",
    "python3 immich-smart-albums.py --include-metadata-union filters/holidays-2022.json --album ALBUM",
    "python3 immich-smart-albums.py --include-metadata-union filters/people.json --album ALBUM",
    r"""python3 immich-smart-albums.py \
--include-metadata-union filters/family.json \
--exclude-smart-union filters/nsfw.json \
--album ALBUM""",
]


BY_A_SHELL = (LINES[0], LINES[3])
"""One of each program, one of them in several lines."""


def _by_a_shell(line: str, shell: Shell) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", line],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def _in_this_process(line: str, shell: Shell) -> subprocess.CompletedProcess[str]:
    """The same, quicker: a shell joins lines and takes quotes away."""
    python, script, *words = shlex.split(line.replace("\\\n", ""))
    assert (python.rstrip("3"), script) == ("python", "immich-smart-albums.py")
    return shell.run(*words)


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_original_runs_as_it_stands(line: str, shell: Shell) -> None:
    run = _by_a_shell if line in BY_A_SHELL else _in_this_process
    library = shell.sandbox.library
    ids = {name.upper(): library.people_named(name)[0].id for name in ("Emma", "Noah")}
    for name, content in FILES.items():
        text = json.dumps(content)
        for placeholder, person_id in ids.items():
            text = text.replace(placeholder, person_id)
        path = shell.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (shell.folder / "immich-smart-albums.py").symlink_to(CHECKOUT / "immich-smart-albums.py")
    album = next(album for album in library.albums.values() if album.name == "Empty")
    replaced = {
        "ALBUM": album.id,
        "YOUR_API_KEY": shell.sandbox.keys["alice"],
        "https://immich.example.com": shell.sandbox.url,
    }
    for placeholder, value in replaced.items():
        line = line.replace(placeholder, value)
    result = run(line, shell)
    assert result.returncode == 0, result.stderr
    if "--album" in line:
        assert "already there" in result.stderr
        assert result.stdout == ""
    else:
        urls = result.stdout.splitlines()
        assert all(url.startswith(f"{shell.sandbox.url}/photos/") for url in urls)
        assert len(urls) == len(set(urls)) > 0 or "nothing matches" in result.stderr
