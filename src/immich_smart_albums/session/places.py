"""Usual places of files, for users who name none."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.ledger.paths import default_place

if TYPE_CHECKING:
    from collections.abc import Mapping

STATE = "searches.db"
"""The file of the search cache, beside the ledger: the next run asks only for what changed."""


def ledger_place(environment: Mapping[str, str]) -> Path:
    """Returns the ledger's file in the user's state folder. Raises ConfigurationError if the user has no home."""
    try:
        return default_place(environment, Path.home, sys.platform)
    except RuntimeError:
        hint = "Say where with --ledger FILE (for flags: --state FILE), or set XDG_STATE_HOME or HOME."
        message = "nothing says where to keep what was added: this user has no home folder"
        raise ConfigurationError((Problem("ledger", message, hint),)) from None


def state_place(environment: Mapping[str, str]) -> Path:
    """Returns the search cache in the user's state folder. Raises ConfigurationError if the user has no home."""
    return ledger_place(environment).with_name(STATE)
