"""What a check found, in words."""

from __future__ import annotations

from dataclasses import replace

from immich_smart_albums.model.album import Album, Person, User
from immich_smart_albums.model.version import Version
from immich_smart_albums.operations.check import CheckReport
from immich_smart_albums.report.health import health_lines

WELL = CheckReport(
    base="https://photos.example",
    version=Version(3, 1),
    me=User("u", "Alice", "alice@example.org"),
    missing={},
    albums=(
        Album("album-1", "Dogs", 12, "owner", "Alice", "2024-01-01"),
        Album("album-2", "Summer together", 3, "editor", "Bob", "2024-01-01"),
        Album("album-3", "Who knows", 0, None, "", "2024-01-01"),
    ),
    people=(
        Person("p-1", "Ada", hidden=False),
        Person("p-2", "Robin", hidden=True),
        Person("p-3", "Robin", hidden=False),
    ),
)


def test_everything_in_place_reads_like_this() -> None:
    assert list(health_lines(WELL)) == [
        "Server       https://photos.example, Immich 3.1.0",
        "Key          of Alice <alice@example.org>",
        "Permissions  everything this tool needs",
        "",
        "Albums       3",
        "  Dogs             album-1  12 photos",
        "  Summer together  album-2  3 photos, editor, of Bob",
        "  Who knows        album-3  0 photos",
        "",
        "People       3 with a name",
        "  Ada    p-1",
        "  Robin  p-2  (hidden, name used more than once)",
        "  Robin  p-3  (name used more than once)",
    ]


def test_nothing_there_yet_is_said_as_none() -> None:
    assert list(health_lines(replace(WELL, albums=(), people=())))[3:] == [
        "",
        "Albums       0",
        "",
        "People       0 with a name",
    ]


def test_what_the_key_may_not_do_is_said_with_what_it_is_for() -> None:
    missing = {"person.read": "people by name", "albumAsset.create": "adding photos to an album"}
    poor = replace(WELL, me=None, missing=missing, albums=None, people=None)
    assert list(health_lines(poor)) == [
        "Server       https://photos.example, Immich 3.1.0",
        "Key          accepted; whose it is cannot be told without the permission user.read",
        "Permissions  missing in this key:",
        "  person.read        for people by name",
        "  albumAsset.create  for adding photos to an album",
        "",
        "Albums       cannot be listed without the permission album.read",
        "",
        "People       cannot be listed without the permission person.read",
    ]


def test_a_server_that_cannot_tell_is_said_to_be_so() -> None:
    assert (
        list(health_lines(replace(WELL, missing=None)))[2]
        == "Permissions  this server version does not tell what a key may do (1.139 and later do)"
    )
