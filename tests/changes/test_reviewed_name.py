"""A saved plan renames an album only where the rules do."""

from __future__ import annotations

import pytest

from immich_smart_albums.changes.change import Edit, SetDetails
from immich_smart_albums.changes.plan import AlbumPlan, Plan
from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.errors import PlanOutdated


def plan(change: SetDetails) -> Plan:
    return Plan("http://photos", "now", (AlbumPlan("Best", "alice", changes=(change,)),))


def test_a_name_that_somebody_wrote_into_a_plan_is_not_given() -> None:
    order = Edit("desc", "asc")
    rules = plan(SetDetails(order=order))
    with pytest.raises(PlanOutdated, match="its details are to be others"):
        reviewed(plan(SetDetails(order=order, name=Edit("Best", "Mine"))), rules)
    assert reviewed(rules, rules).albums[0].changes == rules.albums[0].changes
