"""Certificates for this machine that sign themselves."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

_OPENSSL = shutil.which("openssl")


def self_signed(folder: Path) -> Path:
    """A PEM file with a key and a certificate for 127.0.0.1. Skips the test where there is no openssl."""
    if _OPENSSL is None:
        pytest.skip("there is no openssl command to make a certificate with")
    made, key, both = folder / "certificate.pem", folder / "key.pem", folder / "both.pem"
    command = [_OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=sandbox"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", made], check=True, capture_output=True)
    both.write_bytes(key.read_bytes() + made.read_bytes())
    return both
