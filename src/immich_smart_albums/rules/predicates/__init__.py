"""The words of a rules file that test an asset: one file each, in a room for each kind of question."""

from __future__ import annotations
