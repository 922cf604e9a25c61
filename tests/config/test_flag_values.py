"""What may stand behind a flag's value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from immich_smart_albums.config.flag_values import read_source
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm

FLAG = "--include-metadata-union"


def source(value: str, flag: str = FLAG) -> Source:
    diagnostics = Diagnostics()
    result = read_source(flag, value, diagnostics)
    assert diagnostics.problems == []
    assert result is not None
    return result


def problem(value: str, flag: str = FLAG) -> tuple[str, str]:
    diagnostics = Diagnostics()
    assert read_source(flag, value, diagnostics) is None
    (only,) = diagnostics.problems
    return only.where, only.message


def test_a_file_is_read_and_named_as_it_was_given(tmp_path: Path) -> None:
    path = tmp_path / "summer 2023.json"
    path.write_text('{"city": "Nice"}\n')
    assert source(str(path)) == Source(str(path), '{"city": "Nice"}\n', SourceForm.FILE)


def test_a_file_may_be_given_from_the_working_folder_or_from_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert source("x.json") == Source("x.json", "{}", SourceForm.FILE)
    assert source("~/x.json") == Source("~/x.json", "{}", SourceForm.FILE)


@pytest.mark.parametrize("bytes_", [b'{"city": "Z\xc3\xbcrich"}', b'\xef\xbb\xbf{"city": "Z\xc3\xbcrich"}'])
def test_a_file_is_utf8_with_or_without_a_byte_order_mark(tmp_path: Path, bytes_: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(bytes_)
    assert source(str(path)).text == '{"city": "Zürich"}'


@pytest.mark.parametrize(("encoding", "byte"), [("utf-16", 0), ("utf-32", 0), ("latin-1", 11)])
def test_a_file_in_another_encoding_is_refused(tmp_path: Path, encoding: str, byte: int) -> None:
    path = tmp_path / "x.json"
    path.write_bytes('{"city": "Zürich"}'.encode(encoding))
    assert problem(str(path)) == (str(path), f"is not UTF-8 text (byte {byte})")


def test_a_file_that_cannot_be_read_is_told_with_the_reason(tmp_path: Path) -> None:
    path = Path("/proc/self/mem")  # a file for everybody, and unreadable at its beginning even for root
    if os.geteuid() != 0:
        path = tmp_path / "x.json"
        path.touch(0)
    elif not path.is_file():
        pytest.skip("root can read every file here")
    where, message = problem(str(path))
    assert where == str(path)
    assert message.startswith("cannot be read: ")


def test_a_folder_is_told_as_such(tmp_path: Path) -> None:
    where, message = problem(f"{tmp_path}/")
    assert (where, message) == (f"{FLAG} {f'{tmp_path}/'!r}", "is a folder")


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        ("dog", "--include-metadata-union"),
        ("dog", "--exclude-local-filter-union"),
        ("./dog", "--include-smart-union"),
        ("dog/", "--include-smart-union"),
        ("dogs.json", "--include-smart-union"),
        ("..", "--include-smart-union"),
    ],
)
def test_a_folder_that_can_only_be_meant_as_one_is_told_as_such(
    value: str, flag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dog").mkdir()
    (tmp_path / "dogs.json").mkdir()
    monkeypatch.chdir(tmp_path)
    assert problem(value, flag) == (f"{flag} {value!r}", "is a folder")


def test_a_pipe_is_read_as_a_file() -> None:
    """As in `--include-metadata-union <(jq … all.json)`."""
    reading, writing = os.pipe()
    os.write(writing, b'{"city": "Nice"}')
    os.close(writing)
    try:
        assert source(f"/dev/fd/{reading}") == Source(f"/dev/fd/{reading}", '{"city": "Nice"}', SourceForm.FILE)
    finally:
        os.close(reading)


def test_a_device_is_read_as_a_file() -> None:
    assert source(os.devnull) == Source(os.devnull, "", SourceForm.FILE)


def test_a_word_that_is_also_a_folder_here_stays_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "dog").mkdir()
    monkeypatch.chdir(tmp_path)
    assert source("dog", "--include-smart-union").form is SourceForm.BARE


def test_a_name_that_is_also_a_file_here_stays_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "Emma").write_text("Noah")
    monkeypatch.chdir(tmp_path)
    flag = "--include-person-names-union"
    assert source("Emma", flag) == Source(f"{flag} 'Emma'", "Emma", SourceForm.BARE)
    assert source("[E]mma", flag).form is SourceForm.BARE


@pytest.mark.parametrize("value", ['{"city": "Nice"}', ' {"city": "Nice"}\n', "[]", "[{"])
def test_json_is_taken_as_it_stands(value: str) -> None:
    assert source(value) == Source(FLAG, value.strip(), SourceForm.INLINE)


@pytest.mark.parametrize(
    "address",
    [
        "https://photos.example/search?query=%7B%22city%22%3A%22Helsinki%22%7D",
        "http://photos.example:2283/search/?query=%7B%22city%22%3A%22Helsinki%22%7D",
        " https://photos.example/sub/search?query=%7B%22city%22:%22Helsinki%22%7D&previousRoute=%2Fexplore ",
        "https://photos.example/search?x=1&query=%7b%22city%22%3a%22Helsinki%22%7d#top",
    ],
)
def test_a_search_address_holds_its_search(address: str) -> None:
    assert source(address) == Source(f"{FLAG} (search address)", '{"city":"Helsinki"}', SourceForm.URL)


def test_a_plus_and_letters_beyond_ascii_are_decoded() -> None:
    assert source("https://p.example/search?query=%7B%22query%22%3A%22a+dog+in+Z%C3%BCrich%22%7D").text == (
        '{"query":"a dog in Zürich"}'
    )


@pytest.mark.parametrize("query", ["", "?", "?query=", "?q=%7B%7D", "?query=%7B%7D&query=%7B%7D"])
def test_a_search_address_without_one_search_is_refused(query: str) -> None:
    where, message = problem(f"https://photos.example/search{query}")
    assert (where, message) == (FLAG, "this address holds no search")


@pytest.mark.parametrize(
    "value",
    [
        "dog",
        "dog@500",
        "$.exifInfo.make:Apple",
        "filters/nothing.json",
        "",
        " ",
        "https://photos.example/albums/1",
        "http://[bad/search?query=%7B%7D",
        "~nobody-of-this-name/x.json",
        "nul\0l",
        "x" * 5000,
        "x" * 300 + "/x.json",
    ],
)
def test_anything_else_stays_as_it_is(value: str) -> None:
    assert source(value) == Source(f"{FLAG} {value!r}", value, SourceForm.BARE)
