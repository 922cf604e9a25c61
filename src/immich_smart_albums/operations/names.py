"""The names that rules use, looked up on the server: people, tags, albums and users, each list asked for once."""

from __future__ import annotations

import unicodedata
from functools import cached_property
from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.ids import id_in_url, is_id, looks_like_id
from immich_smart_albums.rules.leaves import Thing
from immich_smart_albums.rules.source import nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.album import Album, Person, Tag, User
    from immich_smart_albums.operations.ports import Directory
    from immich_smart_albums.rules.findings import Findings
    from immich_smart_albums.rules.leaves import Named

_NOT_LISTED = {
    Thing.PERSON: (
        "Immich lists people with enough faces on the timeline; give others by id. Run without flags for all names."
    ),
    Thing.TAG: "Tags are named by their whole path, such as Trips/Finland.",
    Thing.ALBUM: "An album must be owned by this key's account or shared with it.",
    Thing.USER: "Users are named by their e-mail address, name or id.",
}
_PAGES = {Thing.PERSON: "people", Thing.ALBUM: "albums"}


class Names:
    """What a server's names stand for, for one account."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @cached_property
    def people(self) -> list[Person]:
        """All people that the server lists."""
        return self._directory.people()

    @cached_property
    def tags(self) -> list[Tag]:
        """All tags."""
        return self._directory.tags()

    @cached_property
    def albums(self) -> list[Album]:
        """The albums that the account owns or shares."""
        return self._directory.albums()

    @cached_property
    def users(self) -> list[User]:
        """The users of the server, as far as the account sees them."""
        return self._directory.users()

    def has_person(self, person_id: str) -> bool:
        """Whether there is a person with this id, listed or not."""
        return any(person.id == person_id for person in self.people) or self._directory.has_person(person_id)

    def has_tag(self, tag_id: str) -> bool:
        """Whether there is a tag with this id."""
        return any(tag.id == tag_id for tag in self.tags)

    def has_album(self, album_id: str) -> bool:
        """Whether the account sees an album with this id."""
        return any(album.id == album_id for album in self.albums)

    def ids(self, thing: Thing, name: str) -> tuple[str, ...]:
        """The ids that a name, an id or an address stands for; none where nothing has it."""
        wanted = _bare(thing, name)
        if is_id(wanted):
            return (wanted.lower(),)
        return tuple(sorted({id_ for id_, each in self._listed(thing) if each and _folded(each) == _folded(wanted)}))

    def check(self, leaf: Named, findings: Findings) -> None:
        """Note names that nothing has, and ids that do not exist."""
        for name in leaf.names:
            problem = self._wrong(leaf.thing, _bare(leaf.thing, name), leaf.label)
            if problem is not None:
                findings.problems.append(problem)

    def _wrong(self, thing: Thing, name: str, label: str) -> Problem | None:
        page = f"the {thing.value}'s page in Immich"
        if is_id(name):
            if self._exists(thing, name.lower()):
                return None
            return Problem(label, f"there is no {thing.value} {name}", f"Copy the id again from {page}.")
        if looks_like_id(name):
            message = f"{name} is a UUID, but not of version 4, and Immich refuses it"
            return Problem(label, message, f"Copy the id again from {page}.")
        if self.ids(thing, name):
            return None
        near = nearest(name, (each for _, each in self._listed(thing) if each), count=3)
        hint = f"Did you mean {', '.join(map(repr, near))}?" if near else _NOT_LISTED[thing]
        told = f"nobody is named {name!r}" if thing is Thing.PERSON else f"there is no {thing.value} {name!r}"
        return Problem(label, told, hint)

    def _exists(self, thing: Thing, id_: str) -> bool:
        if thing is Thing.PERSON:
            return self.has_person(id_)
        return any(each == id_ for each, _ in self._listed(thing))

    def _listed(self, thing: Thing) -> Iterator[tuple[str, str]]:
        """Ids with names; a user has two, e-mail and name."""
        match thing:
            case Thing.PERSON:
                yield from ((each.id, each.name) for each in self.people)
            case Thing.TAG:
                yield from ((each.id, each.path) for each in self.tags)
            case Thing.ALBUM:
                yield from ((each.id, each.name) for each in self.albums)
            case Thing.USER:
                yield from ((each.id, each.email) for each in self.users)
                yield from ((each.id, each.name) for each in self.users)
            case _:
                assert_never(thing)


def _bare(thing: Thing, name: str) -> str:
    page = _PAGES.get(thing)
    return (page and id_in_url(name, page)) or name.strip()


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
