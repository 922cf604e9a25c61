"""The sandbox against exchanges recorded with real servers: status, shape of the body, texts of errors."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Library, Sandbox
from immich_sandbox.library.records import Album, Partner
from tests.support.recorded_library import IMMICH, real_library

from .conftest import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(not IMMICH.exists(), reason="the recordings of real servers are not here")

FOLDERS = {"3.1": IMMICH / "recordings", "2.7": IMMICH / "recordings" / "2.5.6"}

NOT_SERVED = "the sandbox does not serve this"
SKIPPED: dict[str, str] = {
    **dict.fromkeys(
        [
            "asset-original",
            "asset-original-external",
            "asset-video-playback",
            "asset-upload",
            "asset-upload-duplicate",
            "asset-upload-error-missing-fields",
            "asset-upload-live-image",
            "asset-upload-live-video",
            "assets-bulk-upload-check",
            "assets-delete-force",
            "assets-jobs-refresh-metadata",
            "assets-update-bulk",
            "assets-update-bulk-error-not-owned",
            "assets-update-bulk-unknown-props",
            "auth-validate-token-apikey",
            "download-archive",
            "duplicates",
            "faces-of-asset",
            "libraries-list",
            "map-reverse-geocode",
            "memories-list",
            "notifications",
            "partners-create",
            "partners-delete",
            "plugins-list",
            "plugins-methods",
            "plugins-templates",
            "plugin-triggers",
            "search-cities",
            "search-explore",
            "search-places",
            "server-media-types",
            "server-statistics-admin",
            "server-statistics-non-admin",
            "server-version-history",
            "shared-links-create",
            "sync-ack-api-key",
            "sync-stream-api-key",
            "sync-full",
            "tags-bulk-assets",
            "tags-create-child",
            "tags-create-duplicate",
            "tags-delete",
            "tags-delete-child",
            "tags-get",
            "tags-upsert",
            "trash-restore-assets",
            "users-me-preferences",
            "view-folder",
            "view-folder-unique-paths",
            "workflows-delete",
            "workflows-get",
            "workflows-patch",
            "workflows-share",
        ],
        NOT_SERVED,
    ),
    "websocket-events": "no exchange of HTTP",
    "sync-stream-session": "a login session, not a key",
    "search-metadata-locked-session": "a login session, not a key",
    "asset-thumbnail-fullsize": "leads to an original, which the sandbox does not have",
    "asset-thumbnail-error-not-generated": "every picture of the sandbox is there",
    "error-413-body-too-large": "cut to three ids in the recording; has a test of its own",
    "search-metadata-error-malformed-json": "the body is not in the recording; has a test of its own",
    **dict.fromkeys(("search-metadata-ocr", "search-smart-ocr"), "the library files do not hold the recognised text"),
    **dict.fromkeys(
        [
            "album-assets-add-10000",
            "album-assets-add-10000-again",
            "album-assets-remove-10000",
            "search-metadata-ties-page1",
            "search-smart-scale-page30",
        ],
        "needs the assets of the scale user",
    ),
    "search-metadata-visibility-hidden": "recorded before there was a hidden asset",
    "2.7 album-patch-as-editor": "2.5.6 refused what 2.6.2 and later allow",
    "2.7 plugins-list": NOT_SERVED,
}
KEYS = {
    "<alice api key>": "alice",
    "<bob api key>": "bob",
    "<readonly api key>": "alice-readonly",
    "<minimal api key>": "alice-minimal",
    "<scale api key>": "alice",
}
TMP_ONE, TMP_TWO = "f3e889d6-b0bc-4d5e-b8b5-b651cbc9e987", "be973e53-334b-4437-9d76-b1124672ba1c"
TMP_THREE, TMP_SHARED = "06cf1adc-4e9a-4820-b16f-5f045fcf3745", "63c64543-9321-41c5-b9ec-8616f23196a5"
NICE, BULK = "9df620e7-cefa-4fb7-a35d-6a3c592592de", "3d27f1fe-3b0c-4656-972a-af1b55ef101f"
FIRST = "0b22250f-5f13-4e69-93ec-ab0e9faa729e"
MEMBERS = [FIRST, "87c4c149-c83f-4c34-a76e-60f9746413b9", "b07b2437-cd98-42e9-8ccf-ae1ad81d007a"]
DEPENDS_ON_CONTENT = {"startDate", "endDate", "lastModifiedAssetTimestamp", "exifInfo", "parentId"}
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _recordings(level: str) -> list[str]:
    return sorted(path.stem for path in FOLDERS[level].glob("*.json"))


def _read(level: str, name: str) -> Any:
    return json.loads((FOLDERS[level] / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def readers() -> Iterator[dict[str, Client]]:
    """One sandbox at each level for all that only reads."""
    with Sandbox(_staged(""), "3.1") as three, Sandbox(_staged(""), "2.7") as two:
        clients = {"3.1": Client(three), "2.7": Client(two)}
        yield clients
        for client in clients.values():
            client.pool.clear()


@pytest.mark.parametrize("name", _recordings("3.1"))
def test_an_exchange_with_3_1_0_is_repeated(
    name: str, readers: dict[str, Client], start: Callable[..., Client]
) -> None:
    _repeat("3.1", name, _read("3.1", name), readers, start)


@pytest.mark.parametrize("name", _recordings("2.7"))
def test_an_exchange_with_2_5_6_is_repeated(
    name: str, readers: dict[str, Client], start: Callable[..., Client]
) -> None:
    recording = json.loads(_in_ids_of_3_1(json.dumps(_read("2.7", name), ensure_ascii=False)))
    _repeat("2.7", name, recording, readers, start)


def _repeat(level: str, name: str, recording: Any, readers: dict[str, Client], start: Callable[..., Client]) -> None:
    reason = SKIPPED.get(f"{level} {name}") or SKIPPED.get(name)
    if reason:
        pytest.skip(reason)
    request, expected = recording["request"], recording["response"]
    reads = request["method"] == "GET" or request["path"].startswith(("/api/search", "/api/download"))
    client = readers[level] if reads and "partner" not in name else start(_staged(name), level)
    headers = dict(request["headers"] or {})
    key = headers.pop("x-api-key", None)
    query = {**(request["params"] or {})}
    if "apiKey" in query:
        query["apiKey"] = client.sandbox.keys["alice"]
    reply = client.ask(
        request["method"],
        request["path"],
        request["body"],
        key=KEYS.get(key, key) if key else None,
        query=query,
        headers=headers,
    )
    assert reply.status == expected["status"], reply.raw
    if expected["body"] == "" or "bytes of" in str(expected["body"]):
        return
    exact = expected["status"] >= 400 or ("/assets" in request["path"] and request["method"] != "GET")
    same = _same_text if exact and "abbreviated_lists_real_length" not in recording else _same_shape
    same(_comparable(expected["body"]), _comparable(reply.body), name)


def _same_text(expected: Any, got: Any, path: str) -> None:
    if isinstance(expected, dict) and "exifInfo" in expected:
        _same_shape(expected, got, path)
    else:
        assert got == expected, path


def _same_shape(expected: Any, got: Any, path: str) -> None:
    """Keys and types; of lists the first members; a missing value has no type."""
    if expected is None or got is None:
        return
    if isinstance(expected, int | float) and not isinstance(expected, bool):
        assert isinstance(got, int | float), path
        assert not isinstance(got, bool), path
        return
    assert type(got) is type(expected), path
    if isinstance(expected, dict):
        assert expected.keys() - DEPENDS_ON_CONTENT == got.keys() - DEPENDS_ON_CONTENT, path
        for name in expected.keys() & got.keys():
            _same_shape(expected[name], got[name], f"{path}.{name}")
    elif isinstance(expected, list):
        assert bool(got) == bool(expected), path
        for one, other in zip(expected[:1], got[:1], strict=True):
            _same_shape(one, other, f"{path}[0]")
    elif isinstance(expected, str) and path.endswith(("At", "Time", "Date", ".message")):
        assert re.sub(r"\d", "0", got)[:19] == re.sub(r"\d", "0", expected)[:19], path


def _comparable(body: Any) -> Any:
    """Without what is different each time, or is only an example in the recording."""
    if isinstance(body, dict):
        dropped = ("correlationId", "pattern", "values")
        return {name: _comparable(value) for name, value in body.items() if name not in dropped}
    return [_comparable(item) for item in body] if isinstance(body, list) else body


# -- the state that an exchange was recorded in ----------------------------------------------------------------


BEFORE: dict[str, Callable[[Library], object]] = {
    "album-delete-again": lambda library: library.delete_album(TMP_ONE),
    "album-assets-remove-own-as-editor": lambda library: library.add_to_album(
        NICE, ["1a7f73e5-9632-4db1-97fc-c5161b4bbe24"]
    ),
    "tags-assets-remove": lambda library: library.update(FIRST, tag_ids=("66a5fc86-e7a3-4bae-8dbd-73ff3aa3222c",)),
}
"""What happened before an exchange that is about one thing only."""


def _staged(name: str) -> Library:
    """The real library, with the passing albums that the recordings write to."""
    library = real_library()
    alice, bob = library.user_named("alice").id, library.user_named("bob").id
    in_two = {alice: "owner"}
    if name in ("album-users-add-again", "album-users-update-role", "album-users-remove"):
        in_two[bob] = "viewer"
    albums = {
        TMP_ONE: ("TMP one", {alice: "owner"}),
        TMP_TWO: ("TMP two renamed", in_two),
        TMP_THREE: ("TMP one", {alice: "owner"}),
        TMP_SHARED: ("TMP shared", {alice: "owner", bob: "editor"}),
        BULK: ("TMP", {alice: "owner"}),
    }
    for album_id, (title, roles) in albums.items():
        now = library.now()
        library.albums[album_id] = Album(album_id, title, now, now, roles)
    library.add_to_album(TMP_TWO, MEMBERS)
    library.add_to_album(BULK, MEMBERS[1:2])
    if name in ("album-assets-add-mixed", "album-assets-remove"):
        library.add_to_album(TMP_ONE, [FIRST])
    if name == "":
        trashed = next(asset.id for asset in library.timeline if asset.deleted_at is not None)
        library.add_to_album(TMP_ONE, [FIRST, trashed])
    if name in BEFORE:
        BEFORE[name](library)
    if name == "album-assets-bulk-multi-again":
        again = _read("3.1", name)["request"]["body"]
        for album_id in again["albumIds"]:
            library.add_to_album(album_id, again["assetIds"])
    if "partner" in name:
        library.partners.append(Partner(bob, alice, in_timeline="partner-in-timeline" in name))
    return library


def _in_ids_of_3_1(text: str) -> str:
    """A recording of 2.5.6 with the ids of the other server: its library is the same, made anew."""
    known = _ids_of_2_5_6()
    return UUID.sub(lambda match: known.get(match[0], match[0]), text)


def _ids_of_2_5_6(cache: dict[str, str] = {}) -> dict[str, str]:  # noqa: B006 - read once for all tests
    if cache:
        return cache
    library = real_library()
    names = {person.name: person.id for person in library.people.values() if person.name}
    alice = library.user_named("alice")
    names |= {p.name: p.id for p in library.people.values() if p.owner_id == alice.id and p.name}
    names |= {user.email: user.id for user in library.users.values()}
    names |= {album.name: album.id for album in library.albums.values()}
    names |= {tag.value: tag.id for tag in library.tags.values()}
    names |= {asset.checksum: asset.id for asset in library.assets.values()}
    for path in FOLDERS["2.7"].glob("*.json"):
        for thing in _objects(json.loads(path.read_text(encoding="utf-8"))):
            for field in ("checksum", "email", "albumName", "value", "name"):
                if thing.get("id") and thing.get(field) in names:
                    cache.setdefault(thing["id"], names[thing[field]])
                    break
    own = iter(asset.id for asset in library.timeline if asset.owner_id == alice.id and asset.deleted_at is None)
    cache |= {
        "413fe125-103f-4180-9e90-0a099f631ab2": names["Wedding 2025"],
        "b4d1c2f8-82ce-44b6-b8e8-5c2392fe01f8": names["Bob's private"],
        "1536e755-1df4-44d9-b046-fc53ef82ec19": names["Trips"],
        "656644b6-9be1-4f77-959d-876a1a7e4a7a": MEMBERS[1],
        "7db6f088-1881-4150-8f82-088937c829bd": MEMBERS[0],
        "80ed47ac-b2a7-4c72-bf67-155e9028b997": next(iter(library.albums[NICE].asset_ids)),
        "296d0997-0773-4fd6-8cc3-abf24159891e": next(own),
        "3ef8b577-7251-4e3d-bc38-c33bdb04430b": next(own),
        "98cb03f3-50e0-4526-a4e8-15b88e44170a": next(own),
    }
    return cache


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
