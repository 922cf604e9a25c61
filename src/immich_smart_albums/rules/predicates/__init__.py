"""The tests on an asset, one file each."""

from __future__ import annotations
