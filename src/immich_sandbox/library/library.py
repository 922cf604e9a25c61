"""The living state of the sandbox: users, assets, people, tags, albums, and the indexes that searches need."""

from __future__ import annotations

import threading
from bisect import bisect_left, insort
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from immich_sandbox.library import times
from immich_sandbox.library.records import Album, Asset, Exif, Partner, Person, Remark, Stack, Tag, User, Workflow
from immich_sandbox.seeded import seeded, uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable


_ELSEWHERE = frozenset({"person_ids", "concepts", "text"})
"""Kept in tables of their own: changes of these do not move `updated_at` (3.1.0, tried one by one)."""


_PLAIN = ((59, 1.0),)
"""The embedding of a picture of which nothing is said: only a search for the last of the concepts is near it."""


def _place(asset: Asset) -> tuple[int, str]:
    return asset.file_created_at, asset.id


class Library:
    """All that the server knows; every method may be called from any thread.

    Its clock and its new ids are made up from `seed` and move with each write only, so that the same calls give the
    same library on every day.
    """

    def __init__(self, *, clock: int, seed: int = 1) -> None:
        """Start empty, at the instant `clock`."""
        self.lock = threading.RLock()
        self.users: dict[str, User] = {}
        self.people: dict[str, Person] = {}
        self.tags: dict[str, Tag] = {}
        self.stacks: dict[str, Stack] = {}
        self.albums: dict[str, Album] = {}
        self.assets: dict[str, Asset] = {}
        self.partners: list[Partner] = []
        self.workflows: dict[str, Workflow] = {}
        self.rankings: dict[str, tuple[str, ...]] = {}
        """Asset ids, best first, by the text of a query; used instead of the concepts."""
        self.timeline: list[Asset] = []
        """Every asset, by file_created_at, then id."""
        self.revision = 0
        """Grows with every change of anything."""
        self._clock = clock
        self._rng = seeded(seed)
        self._by_person: defaultdict[str, set[str]] = defaultdict(set)
        self._by_album: defaultdict[str, set[str]] = defaultdict(set)

    # -- clock, ids, look-ups ---------------------------------------------------------------------------------------

    @property
    def clock(self) -> int:
        """The time in microseconds; every response has it as its `Date`."""
        return self._clock

    def wait(self, microseconds: int) -> None:
        """Move the clock on; a negative number sets it back."""
        with self.lock:
            self._clock += microseconds

    def now(self) -> int:
        """Move the clock on by one millisecond and return it: the instant of one write."""
        with self.lock:
            self._clock += 1000
            return self._clock

    def new_id(self) -> str:
        """Return an id that was not used before."""
        with self.lock:
            return uuid4(self._rng)

    def user_named(self, name: str) -> User:
        """Return the user with this name, in any case.

        Raises:
            KeyError: There is none.
        """
        for user in self.users.values():
            if user.name.lower() == name.lower():
                return user
        raise KeyError(name)

    def people_named(self, name: str) -> list[Person]:
        """Return all people with exactly this name, of any user."""
        return [person for person in self.people.values() if person.name == name]

    def assets_of_person(self, person_id: str) -> set[str]:
        """Return the ids of the assets that show this person."""
        return self._by_person.get(person_id, set())

    def albums_of_asset(self, asset_id: str) -> set[str]:
        """Return the ids of the albums, of anybody, that hold this asset."""
        return self._by_album.get(asset_id, set())

    def searchable_owners(self, user_id: str) -> frozenset[str]:
        """Return the user and the partners whose photos are in the user's timeline: every search covers them."""
        partners = (
            partner.shared_by_id
            for partner in self.partners
            if partner.shared_with_id == user_id and partner.in_timeline
        )
        return frozenset((user_id, *partners))

    def tag_family(self, tag_id: str) -> frozenset[str]:
        """Return the tag and all below it."""
        family = {tag_id}
        grown = True
        while grown:
            below = {tag.id for tag in self.tags.values() if tag.parent_id in family} - family
            family |= below
            grown = bool(below)
        return frozenset(family)

    # -- assets ---------------------------------------------------------------------------------------------------

    def add_assets(self, assets: Iterable[Asset]) -> None:
        """Put many finished assets in at once."""
        with self.lock:
            for asset in assets:
                self.assets[asset.id] = asset
                for person_id in asset.person_ids:
                    self._by_person[person_id].add(asset.id)
            self.timeline = sorted(self.assets.values(), key=_place)
            self.revision += 1

    def add_asset(
        self,
        *,
        owner: str = "alice",
        taken: str = "2024-06-01T12:00:00Z",
        name: str = "IMG_0001.jpg",
        **fields: Any,  # noqa: ANN401 - each field has a type of its own
    ) -> Asset:
        """Add one photo by the owner's name, the instant and the file name; `fields` are those of `Asset`.

        It was uploaded a while ago, and everything is found out about it.
        `IndexingBacklog` takes it back to before that.
        """
        with self.lock:
            now, instant = self.now(), times.exact(taken)
            values: dict[str, Any] = {
                "id": self.new_id(),
                "owner_id": self.user_named(owner).id,
                "original_path": f"/data/library/{owner}/{name}",
                "original_file_name": name,
                "file_created_at": instant,
                "local_date_time": instant,
                "created_at": now - times.DAY,
                "updated_at": now,
                "concepts": _PLAIN,
                "exif": Exif(file_size=1_000_000, date_time_original=instant, modify_date=instant),
            }
            asset = Asset(**(values | fields))
            self.assets[asset.id] = asset
            insort(self.timeline, asset, key=_place)
            for person_id in asset.person_ids:
                self._by_person[person_id].add(asset.id)
            self.revision += 1
            return asset

    def update(self, asset_id: str, **changes: Any) -> Asset:  # noqa: ANN401 - each field has a type of its own
        """Change fields of an asset or, by the same names, of its EXIF.

        This moves `updated_at`, unless only people, embedding or recognised text change, as on a real server.

        Raises:
            KeyError: There is no such asset.
        """
        with self.lock:
            asset = self.assets[asset_id]
            self._leave_timeline(asset)
            for person_id in asset.person_ids:
                self._by_person[person_id].discard(asset_id)
            for name, value in changes.items():
                setattr(asset if name in Asset.__slots__ else asset.exif, name, value)
            for person_id in asset.person_ids:
                self._by_person[person_id].add(asset_id)
            insort(self.timeline, asset, key=_place)
            if not changes.keys() <= _ELSEWHERE:
                asset.updated_at = self.now()
            self._touched(asset)
            return asset

    def trash(self, *asset_ids: str) -> None:
        """Move assets to the trash; they stay in their albums.

        Raises:
            KeyError: There is no such asset.
        """
        for asset_id in asset_ids:
            self.update(asset_id, deleted_at=self.now())

    def restore(self, *asset_ids: str) -> None:
        """Take assets out of the trash.

        Raises:
            KeyError: There is no such asset.
        """
        for asset_id in asset_ids:
            self.update(asset_id, deleted_at=None)

    def delete(self, *asset_ids: str) -> None:
        """Delete assets for good, also from albums and stacks.

        Raises:
            KeyError: There is no such asset.
        """
        with self.lock:
            for asset_id in asset_ids:
                asset = self.assets[asset_id]
                for album_id in tuple(self.albums_of_asset(asset_id)):
                    self.remove_from_album(album_id, [asset_id])
                self._leave_timeline(asset)
                for person_id in asset.person_ids:
                    self._by_person[person_id].discard(asset_id)
                for stack in self.stacks.values():
                    if asset_id in stack.asset_ids:
                        stack.asset_ids.remove(asset_id)
                del self.assets[asset_id]
                self.revision += 1

    def _leave_timeline(self, asset: Asset) -> None:
        place = bisect_left(self.timeline, _place(asset), key=_place)
        del self.timeline[place]

    def _touched(self, asset: Asset) -> None:
        asset.revision += 1
        self.revision += 1

    # -- albums ---------------------------------------------------------------------------------------------------

    def add_album(
        self, name: str, *, owner_id: str, asset_ids: Iterable[str] = (), roles: dict[str, str] | None = None
    ) -> Album:
        """Create an album; `roles` are those of the other users."""
        with self.lock:
            now = self.now()
            album = Album(self.new_id(), name, now, now, {owner_id: "owner", **(roles or {})})
            self.albums[album.id] = album
            self.add_to_album(album.id, asset_ids)
            album.updated_at = now
            self.revision += 1
            return album

    def add_to_album(self, album_id: str, asset_ids: Iterable[str]) -> None:
        """Put assets into an album, at the end; the first one becomes the thumbnail of an album without one."""
        with self.lock:
            album = self.albums[album_id]
            for asset_id in asset_ids:
                album.asset_ids[asset_id] = None
                self._by_album[asset_id].add(album_id)
            if album.thumbnail_asset_id is None:
                album.thumbnail_asset_id = next(iter(album.asset_ids), None)
            album.updated_at = self.now()
            self.revision += 1

    def remove_from_album(self, album_id: str, asset_ids: Iterable[str]) -> None:
        """Take assets out of an album; a thumbnail that leaves is replaced by what is left.

        Only that moves `updated_at`: the server edits the album for a new thumbnail, not for what is taken out.
        """
        with self.lock:
            album = self.albums[album_id]
            for asset_id in asset_ids:
                album.asset_ids.pop(asset_id, None)
                self._by_album[asset_id].discard(album_id)
            if album.thumbnail_asset_id is not None and album.thumbnail_asset_id not in album.asset_ids:
                album.thumbnail_asset_id = next(iter(album.asset_ids), None)
                album.updated_at = self.now()
            self.revision += 1

    def remark(self, album_id: str, user_id: str, comment: str | None = None, *, asset_id: str | None = None) -> Remark:
        """Comment on an album or on one of its photos; without a text, like it."""
        with self.lock:
            remark = Remark(self.new_id(), user_id, self.now(), comment, asset_id)
            self.albums[album_id].remarks.append(remark)
            self.revision += 1
            return remark

    def delete_album(self, album_id: str) -> None:
        """Delete an album; its assets stay."""
        with self.lock:
            for asset_id in self.albums.pop(album_id).asset_ids:
                self._by_album[asset_id].discard(album_id)
            self.revision += 1
