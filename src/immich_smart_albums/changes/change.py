"""The changes that a plan is made of: each is one thing that is written to an album."""

from __future__ import annotations

import msgspec

from immich_smart_albums.model.album import User
from immich_smart_albums.model.asset import Asset


class CreateAlbum(msgspec.Struct, frozen=True, tag="create", forbid_unknown_fields=True):
    """Make the album; the plan's owner does."""

    name: str
    description: str = ""


class RemoveAssets(msgspec.Struct, frozen=True, tag="remove", forbid_unknown_fields=True):
    """Take photos out of the album; they stay in the library."""

    account: str
    """Whose key does it."""
    assets: tuple[Asset, ...]


class ShareAlbum(msgspec.Struct, frozen=True, tag="share", forbid_unknown_fields=True):
    """Give a user a role in the album, or take it away; the plan's owner does."""

    user: User
    role: str | None
    """editor or viewer; None: the album is not shared with the user any more."""
    was: str | None = None
    """The role before; None: the album was not shared with the user."""
    asked: str = ""
    """The word of the rules on which it is done, by which a later run tells whether they have changed; empty: none."""


class AddAssets(msgspec.Struct, frozen=True, tag="add", forbid_unknown_fields=True):
    """Put photos into the album."""

    account: str
    """Whose key does it."""
    assets: tuple[Asset, ...]


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text of the album that changes."""

    old: str | None
    """None if there was none, or is no album yet."""
    new: str


class SetDetails(msgspec.Struct, frozen=True, tag="details", forbid_unknown_fields=True):
    """Change what else the album shows, only what differs; the plan's owner does."""

    description: Edit | None = None
    order: Edit | None = None
    """asc or desc."""
    cover: Edit | None = None
    """Ids of assets."""
    name: Edit | None = None
    """Only where the rule has another name now; an album that people renamed keeps its name."""

    def edits(self) -> dict[str, Edit]:
        """Returns what changes, by name, such as `description`."""
        edits = {"name": self.name, "description": self.description, "order": self.order, "cover": self.cover}
        return {name: edit for name, edit in edits.items() if edit is not None}


class DeleteAlbum(msgspec.Struct, frozen=True, tag="delete", forbid_unknown_fields=True):
    """Delete the album, which holds nothing; its photos stay. Only undo does this, to an album that the run made.

    The album has to be as the run left it: people who have used it since may go on.
    """

    name: str = ""
    description: str = ""
    roles: dict[str, str] = {}
    """Whom it is shared with, by the ids of the users."""


Change = CreateAlbum | RemoveAssets | ShareAlbum | AddAssets | SetDetails | DeleteAlbum
"""In the order in which a plan has them: what must not be seen goes before somebody is let in, and photos come then."""


def photos_of(change: Change) -> tuple[str, ...]:
    """Returns the ids that a change is about. Empty if it is about the album itself."""
    return tuple(asset.id for asset in change.assets) if isinstance(change, AddAssets | RemoveAssets) else ()
