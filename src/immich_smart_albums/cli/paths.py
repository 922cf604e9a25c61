"""Where things are kept when nobody says so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from immich_smart_albums.ledger.paths import default_place

STATE = "searches.db"
"""Beside the ledger: what searches found, so that the next run asks for what changed only."""


def ledger_place() -> Path:
    """The ledger, in the user's state folder."""
    return default_place(os.environ, Path.home(), sys.platform)


def state_place() -> Path:
    """What searches found, in the user's state folder."""
    return ledger_place().with_name(STATE)
