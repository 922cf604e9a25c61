"""Plans of every kind, one by one and all together."""

from __future__ import annotations

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.plan import AlbumPlan, Plan
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.album import Album, User
from immich_smart_albums.model.asset import Asset

SERVER = "https://photos.example"
GRANDMA = User("11111111-0000-4000-8000-000000000001", "Grandma", "grandma@example.org")
BOB = User("11111111-0000-4000-8000-000000000002", "Bob | the *builder*", "bob@example.org")


def photo(number: int, name: str = "") -> Asset:
    """One of many photos, each a day older than the one before."""
    day = 1_704_067_200_000 - number * 86_400_000
    return Asset(
        f"00000000-0000-4000-8000-{number:012}",
        day,
        f"2023-12-{31 - number:02}T18:00:00",
        name or f"IMG_{number:04}.jpg",
        "IMAGE",
    )


def photos(first: int, last: int) -> tuple[Asset, ...]:
    """Some photos in a row."""
    return tuple(photo(number) for number in range(first, last + 1))


def album(name: str, number: int = 1) -> Album:
    """An album of Alice's."""
    return Album(f"22222222-0000-4000-8000-{number:012}", name, 0, "owner", "Alice", "2024-01-01T00:00:00.000Z")


NEW = AlbumPlan(
    rule="Friends, no exes",
    owner="alice",
    changes=(
        CreateAlbum("Friends, no exes", "Everybody but\nthe exes"),
        ShareAlbum(GRANDMA, "viewer"),
        AddAssets("alice", photos(1, 4)),
        AddAssets("bob", photos(5, 7)),
    ),
    matched=7,
    reasons=("the first run makes the album",),
)
STEP = AlbumPlan(
    rule="Cabin, last 12 months",
    owner="alice",
    album=album("The cabin"),
    changes=(
        RemoveAssets("alice", photos(20, 21)),
        ShareAlbum(BOB, None, "editor"),
        ShareAlbum(GRANDMA, "editor", "viewer"),
        AddAssets("alice", (photo(1, "two\nlines\x1b[31m.jpg"),)),
        SetDetails(Edit("old", "new"), Edit(None, "asc"), Edit(None, photo(1).id)),
    ),
    matched=1202,
    present=1210,
    already_there=1200,
    hand_made=8,
    kept_out=(photo(9),),
    warnings=("smart 'a *cabin*' hit its limit of 300",),
)
SETTLED = AlbumPlan("Dogs", "alice", album("Dogs 犬", 2), matched=20, present=20, already_there=20)
EMPTY = AlbumPlan("2031 in Finland", "alice")
REFUSED = AlbumPlan(
    "Sunsets",
    "alice",
    album("Sunsets", 3),
    changes=(RemoveAssets("alice", photos(10, 11)),),
    present=2,
    already_there=0,
    refusals=("2 of 2 photos (100 %) would be taken out, the guard allows 30 %",),
)
BROKEN = AlbumPlan(
    "Emma",
    "alice",
    problems=(
        Problem("rules.yaml:12:9", "nobody is named 'Ema'", "Did you mean 'Emma'?", "  - person: Ema\n            ^"),
    ),
)
HALF = AlbumPlan(
    "Both of us",
    "alice",
    album("Both of us", 5),
    changes=(AddAssets("alice", photos(1, 1)),),
    matched=1,
    problems=(Problem("", "bob: the API key is not accepted"),),
)
GONE = AlbumPlan("Old", "alice", album("Old", 6), changes=(DeleteAlbum(),))


def plan(*albums: AlbumPlan, **more: object) -> Plan:
    """A plan made at one time."""
    return Plan(SERVER, "2024-01-01T12:30:05Z", albums, **more)  # type: ignore[arg-type]


PLANS = {
    "everything": plan(NEW, STEP, SETTLED, EMPTY, REFUSED, BROKEN, HALF),
    "nothing": plan(SETTLED, EMPTY),
    "refused": plan(NEW, refusals=("1,200 photos would be taken out in all, the guard allows 1,000",)),
    "undo": plan(GONE, verb="undo", undoes=12),
    "shared": plan(AlbumPlan("Dogs", "alice", album("Dogs"), (ShareAlbum(GRANDMA, "viewer"),), present=1)),
}
