"""The changes of a plan. Each is one kind of write to an album."""

from __future__ import annotations

import msgspec

from immich_smart_albums.model.album import User
from immich_smart_albums.model.asset import Asset


class CreateAlbum(msgspec.Struct, frozen=True, tag="create", forbid_unknown_fields=True):
    """Create the album, with the owner's key."""

    name: str
    description: str = ""


class RemoveAssets(msgspec.Struct, frozen=True, tag="remove", forbid_unknown_fields=True):
    """Take photos out of the album; they stay in the library."""

    account: str
    """The account whose key writes it."""
    assets: tuple[Asset, ...]


class ShareAlbum(msgspec.Struct, frozen=True, tag="share", forbid_unknown_fields=True):
    """Give a user a role in the album, or stop sharing it, with the owner's key."""

    user: User
    role: str | None
    """editor or viewer. None: the album is no longer shared with the user."""
    was: str | None = None
    """The role before. None: the album was not shared with the user."""
    asked: str = ""
    """The words of the rules that ask for it: a later run sees by them whether the rules have changed. Empty: none."""


class AddAssets(msgspec.Struct, frozen=True, tag="add", forbid_unknown_fields=True):
    """Put photos into the album."""

    account: str
    """The account whose key writes it."""
    assets: tuple[Asset, ...]


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The change of one text of the album."""

    old: str | None
    """None if there was no text, or there is no album yet."""
    new: str


class SetDetails(msgspec.Struct, frozen=True, tag="details", forbid_unknown_fields=True):
    """Change texts, order or cover of the album, with the owner's key. Fields that stay are None."""

    description: Edit | None = None
    order: Edit | None = None
    """asc or desc."""
    cover: Edit | None = None
    """Ids of assets."""
    name: Edit | None = None
    """Only if the rule was renamed; an album that people renamed keeps its name."""

    def edits(self) -> dict[str, Edit]:
        """Returns the edits by field, such as `description`."""
        edits = {"name": self.name, "description": self.description, "order": self.order, "cover": self.cover}
        return {name: edit for name, edit in edits.items() if edit is not None}


class DeleteAlbum(msgspec.Struct, frozen=True, tag="delete", forbid_unknown_fields=True):
    """Delete the empty album. Only undo does this, to an album that the run made.

    The album must be as the run left it, by the fields here: if people have used it since, it stays.
    """

    name: str = ""
    description: str = ""
    roles: dict[str, str] = {}
    """The roles in the album, by the users' ids."""


Change = CreateAlbum | RemoveAssets | ShareAlbum | AddAssets | SetDetails | DeleteAlbum
"""In the order of a plan: photos are taken out before somebody is let in, and added after that."""


def photos_of(change: Change) -> tuple[str, ...]:
    """Returns the ids of the photos that a change moves. Empty if it is about the album itself."""
    return tuple(asset.id for asset in change.assets) if isinstance(change, AddAssets | RemoveAssets) else ()
