"""Saving rules files: nothing unseen is overwritten, and the file stays the user's."""

from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from immich_smart_albums.config.editing.save import Saver, read_version
from immich_smart_albums.errors import EditRefused, FileChanged


def test_a_file_is_saved_through_its_link_with_its_mode_and_backed_up_once(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yaml", tmp_path / "rules.yaml"
    real.write_bytes(b"\xef\xbb\xbfa: 1\r\n")
    real.chmod(0o640)
    link.symlink_to(real)
    saver = Saver()
    first = read_version(link)
    assert first.text == "\ufeffa: 1\r\n"
    second = saver.save(first, "\ufeffa: 2\r\n")
    saver.save(second, "\ufeffa: 3\r\n")
    assert real.read_bytes() == b"\xef\xbb\xbfa: 3\r\n"
    assert link.is_symlink()
    backup = tmp_path / "real.yaml.bak"
    assert backup.read_bytes() == b"\xef\xbb\xbfa: 1\r\n"
    assert [path.stat().st_mode & 0o777 for path in (real, backup)] == [0o640, 0o640]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["real.yaml", "real.yaml.bak", "rules.yaml"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    version = read_version(path)
    path.write_text("a: theirs\n", encoding="utf-8")
    with pytest.raises(FileChanged) as changed:
        Saver().save(version, "a: ours\n")
    assert (changed.value.on_disk, changed.value.ours) == ("a: theirs\n", "a: ours\n")
    assert [file.name for file in tmp_path.iterdir()] == ["rules.yaml"]
    assert path.read_text(encoding="utf-8") == "a: theirs\n"
    path.unlink()
    with pytest.raises(FileChanged):
        Saver().save(version, "a: ours\n")


def test_a_new_file_is_made_unless_somebody_made_it_first(tmp_path: Path) -> None:
    path = tmp_path / "new.yaml"
    version = read_version(path)
    assert (version.text, version.digest) == ("", None)
    saved = Saver().save(version, "albums: []\n")
    assert read_version(path) == saved
    assert [file.name for file in tmp_path.iterdir()] == ["new.yaml"]
    with pytest.raises(FileChanged):
        Saver().save(version, "albums: [other]\n")


def test_a_file_that_is_mounted_by_itself_is_written_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: 1  # as it was, and longer\n", encoding="utf-8")
    version, rename = read_version(path), Path.replace

    def busy(source: Path, target: Path) -> Path:
        if target == path:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", busy)
    Saver().save(version, "a: 2\n")
    assert path.read_text(encoding="utf-8") == "a: 2\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rules.yaml", "rules.yaml.bak"]


def test_what_cannot_be_read_or_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.yaml"
    with pytest.raises(EditRefused, match="cannot be read"):
        read_version(tmp_path)
    path.write_bytes(b"\xff")
    with pytest.raises(EditRefused, match="is not UTF-8 text"):
        read_version(path)
    path.write_bytes(b"#" * 4_000_001)
    with pytest.raises(EditRefused, match="is larger than"):
        read_version(path)
    path.write_text("a: 1\n", encoding="utf-8")
    version = read_version(path)

    def full(_source: Path, _target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(EditRefused, match="cannot be written: No space left on device"):
        Saver().save(version, "a: 2\n")
    assert [file.name for file in tmp_path.iterdir()] == ["rules.yaml"]
    assert path.read_text(encoding="utf-8") == "a: 1\n"


def test_of_two_who_save_at_once_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    version, rename, both = read_version(path), Path.replace, threading.Barrier(2)

    def slowly(source: Path, target: Path) -> Path:
        with suppress(threading.BrokenBarrierError):
            both.wait(0.1)  # if the other one were at this place, too
        return rename(source, target)

    monkeypatch.setattr(Path, "replace", slowly)
    with ThreadPoolExecutor(2) as pool:
        # Each with a saver of its own, as two processes have it.
        savings = [pool.submit(Saver().save, version, f"a: {name}\n") for name in ("one", "two")]
        errors = [saving.exception() for saving in savings]
    assert sorted(type(error).__name__ for error in errors) == ["FileChanged", "NoneType"]
    assert path.read_text(encoding="utf-8") == f"a: {('one', 'two')[errors.index(None)]}\n"


def test_an_editor_that_saves_while_we_write_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    version, written = read_version(path), os.fsync

    def meanwhile(descriptor: int) -> None:
        written(descriptor)
        path.write_text("a: theirs\n", encoding="utf-8")

    monkeypatch.setattr(os, "fsync", meanwhile)
    with pytest.raises(FileChanged):
        Saver().save(version, "a: ours\n")
    assert path.read_text(encoding="utf-8") == "a: theirs\n"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["rules.yaml", "rules.yaml.bak"]


def test_a_file_that_is_write_protected_stays_so(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("a: 1\n", encoding="utf-8")
    path.chmod(0o444)
    with pytest.raises(EditRefused, match="is write-protected"):
        Saver().save(read_version(path), "a: 2\n")
    assert [file.name for file in tmp_path.iterdir()] == ["rules.yaml"]
    assert path.read_text(encoding="utf-8") == "a: 1\n"


def test_a_backup_goes_beside_the_file_and_through_no_link(tmp_path: Path) -> None:
    path, elsewhere = tmp_path / "rules.yaml", tmp_path / "elsewhere"
    path.write_text("a: 1\n", encoding="utf-8")
    elsewhere.write_text("of somebody else", encoding="utf-8")
    (tmp_path / "rules.yaml.bak").symlink_to(elsewhere)
    Saver().save(read_version(path), "a: 2\n")
    assert elsewhere.read_text(encoding="utf-8") == "of somebody else"
    assert (tmp_path / "rules.yaml.bak").read_text(encoding="utf-8") == "a: 1\n"


def test_a_new_file_has_the_mode_that_new_files_have(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        Saver().save(read_version(tmp_path / "new.yaml"), "a: 1\n")
    finally:
        os.umask(before)
    assert (tmp_path / "new.yaml").stat().st_mode & 0o777 == 0o640
