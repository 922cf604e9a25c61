"""The words of a rules file that test an asset, one file each."""

from __future__ import annotations
