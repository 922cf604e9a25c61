"""Runs that are taken back in tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.undo.album import Keys
from immich_smart_albums.operations.undo.undo import plan_undo

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan
    from tests.support.household import Household


def undo_plan(home: Household, run: int | None = None, *accounts: str) -> Plan:
    """The plan that takes a run back."""
    servers = {name: home.connect(name) for name in accounts or ("alice",)}
    users = {name: server.directory.me().id for name, server in servers.items()}
    with open_ledger(home.ledger) as ledger:
        return plan_undo(run, Keys(servers, users), ledger, "now")


def why_no_undo(home: Household, run: int | None = None) -> Problem:
    """Why there is nothing to take back."""
    with pytest.raises(ConfigurationError) as caught:
        undo_plan(home, run)
    (problem,) = caught.value.problems
    assert problem.hint
    return problem
