"""Leave given once: for exactly what was refused, for a day, to who has the token."""

from __future__ import annotations

from dataclasses import replace

from immich_smart_albums.daemon.approvals import LIFETIME, find, grant, granted, offer, without_granted
from immich_smart_albums.daemon.outcome import AlbumOutcome

NOW = 1_795_700_000.0
ALBUM = AlbumOutcome("Cats", "Cats", refusals=("too much",), plan_name="Cats", fingerprint="one")


def test_it_is_offered_once_for_one_change() -> None:
    approvals, token = offer((), ALBUM, lambda: "T1", NOW)
    assert token == "T1"
    again, nothing = offer(approvals, ALBUM, lambda: "T2", NOW)
    assert (again, nothing) == (approvals, None)
    assert "T1" not in str(approvals)


def test_another_change_makes_the_first_offer_void() -> None:
    approvals, _ = offer((), ALBUM, lambda: "T1", NOW)
    approvals, token = offer(approvals, replace(ALBUM, fingerprint="two"), lambda: "T2", NOW)
    assert (token, find(approvals, "T1", NOW)) == ("T2", None)
    approvals, _ = offer(approvals, replace(ALBUM, plan_name="Dogs"), lambda: "T3", NOW)
    assert [find(approvals, token, NOW) is not None for token in ("T2", "T3")] == [True, True]


def test_it_expires_and_is_used_once() -> None:
    approvals, _ = offer((), ALBUM, lambda: "T1", NOW)
    assert grant(approvals, "T1", NOW + LIFETIME) is None
    assert find(approvals, "T1", NOW + LIFETIME - 1) is not None
    assert find(approvals, "T1", NOW + LIFETIME) is None
    assert offer(approvals, ALBUM, lambda: "T2", NOW + LIFETIME)[1] == "T2"
    assert grant(approvals, "guessed", NOW) is None
    allowed = grant(approvals, "T1", NOW)
    assert allowed is not None
    assert [approval.album for approval in granted(allowed, NOW)] == ["Cats"]
    assert granted(allowed, NOW + LIFETIME) == ()
    assert grant(allowed, "T1", NOW) is None
    assert find(allowed, "T1", NOW) is None
    assert without_granted(allowed) == ()
