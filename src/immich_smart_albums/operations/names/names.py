"""Looks up names of people, tags, albums and users on the server. Each list is asked for once."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, ServerError, Untrustworthy
from immich_smart_albums.model.query import Visibility
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.model.text.forms import folded, spellings
from immich_smart_albums.operations.names.shown_people import ShownPeople, look_for_people
from immich_smart_albums.operations.names.suggestions import Values
from immich_smart_albums.rules.syntax.diagnostics import nearest, question_after
from immich_smart_albums.rules.syntax.ids import id_in_url, is_id, why_no_id
from immich_smart_albums.rules.tree import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.album import Album, Person, Tag, User
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.operations.ports.directory import Directory
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.tree import Reference
    from immich_smart_albums.selection.ports import SearchApi

_NOT_LISTED = {
    EntityKind.PERSON: ("Immich lists people with enough faces on the timeline. Run without flags for all names."),
    EntityKind.TAG: "Tags are named by their whole path, such as Trips/Finland.",
    EntityKind.ALBUM: "An album must be owned by this key's account or shared with it.",
    EntityKind.USER: "Users are named by their e-mail address, name or id.",
}
_PAGES = {EntityKind.PERSON: "people", EntityKind.ALBUM: "albums"}
_WHERE_IDS_ARE = {
    EntityKind.PERSON: "Copy the id again from the person's page in Immich.",
    EntityKind.TAG: "Copy the id again, or give the tag's path.",
    EntityKind.ALBUM: "Copy the id again from the album's page in Immich.",
    EntityKind.USER: "Give the user's e-mail address.",
}


class NameResolver:
    """Resolves names to ids, for one account."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._by_name: dict[EntityKind, dict[str, list[str]]] = {}
        self._is_there: dict[tuple[str, str], bool] = {}
        self._values: Values | None = None
        self._unlisted: dict[str, tuple[str, ...]] = {}
        self._shown: dict[Scope, ShownPeople] = {}
        self._partners: frozenset[str] | None = None
        self._has_partners = False
        self.confirmed_people: set[tuple[str, Scope]] = set()
        """People on partners' photos, with the scope, for whom a search by the shown id found photos."""

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
        """The users of the server that the account sees."""
        return self._directory.users()

    @property
    def partners(self) -> frozenset[str] | None:
        """The ids of the users whose photos the timeline shows beside the account's. None if the key may not ask."""
        return self._ask_for_partners(is_hint=False)

    @property
    def partners_as_hint(self) -> frozenset[str] | None:
        """The same, for callers that work without an answer: with a short time-out. None if the key may not ask."""
        return self._ask_for_partners(is_hint=True)

    def _ask_for_partners(self, *, is_hint: bool) -> frozenset[str] | None:
        if not self._has_partners:
            try:
                self._partners = frozenset(partner.id for partner in self._directory.partners(is_hint=is_hint))
            except MissingPermission:
                self._partners = None
            self._has_partners = True
        return self._partners

    @cached_property
    def own_id(self) -> str | None:
        """The account's own id. None if the key may not ask."""
        try:
            return self._directory.me().id
        except MissingPermission:
            return None

    def shown(self, searches: SearchApi, scope: Scope) -> ShownPeople:
        """Returns everybody on the photos in a scope. Each visibility is read once. Raises ServerError."""
        shown_people = ShownPeople()
        for visibility in sorted(scope.visibility, key=lambda visibility: visibility.value):
            place = Scope(frozenset({visibility}), scope.trash)
            if place not in self._shown:
                self._shown[place] = look_for_people(searches, place)
            shown_people.add(self._shown[place])
        if not shown_people.names and Visibility.TIMELINE in scope.visibility and self.people:
            message = "the server lists people and shows nobody on any photo, so excludes by name cannot be trusted"
            raise Untrustworthy(message, hint="Something on the way seems to drop withPeople.")
        return shown_people

    def values(self, server: PhotoServer) -> Values:
        """Returns the values that the account's photos have. The same object each time."""
        if self._values is None:
            self._values = Values(server)
        return self._values

    def has_person(self, person_id: str) -> bool:
        """Returns whether there is a person with this id, listed or not."""
        if any(person.id == person_id for person in self._people_if_listed()):
            return True
        if ("person", person_id) not in self._is_there:
            self._is_there["person", person_id] = self._directory.has_person(person_id)
        return self._is_there["person", person_id]

    def _people_if_listed(self) -> list[Person]:
        """All people. Empty if the list fails: a person named by id is then asked for alone."""
        try:
            return self.people
        except ServerError:
            return []

    def has_asset(self, asset_id: str) -> bool:
        """Returns whether the account sees an asset with this id."""
        if ("asset", asset_id) not in self._is_there:
            self._is_there["asset", asset_id] = self._directory.has_asset(asset_id)
        return self._is_there["asset", asset_id]

    def has_tag(self, tag_id: str) -> bool:
        """Returns whether there is a tag with this id."""
        return any(tag.id == tag_id for tag in self.tags)

    def has_album(self, album_id: str) -> bool:
        """Returns whether the account sees an album with this id."""
        return any(album.id == album_id for album in self.albums)

    def is_any_shared(self, album_ids: Iterable[str]) -> bool:
        """Returns whether one of these albums has members beside its owner."""
        wanted = frozenset(album_ids)
        return any(album.shared for album in self.albums if album.id in wanted)

    def ids(self, kind: EntityKind, name: str, *, everywhere: bool = False) -> tuple[str, ...]:
        """Returns the ids that a name, an id or an address stands for. Empty if there are none.

        The list of people has only those of the timeline. Others are searched by name if nobody in the list has it, and
        with `everywhere` in any case.
        """
        if kind is EntityKind.ME:
            return (self._directory.me().id,)
        wanted = _bare(kind, name)
        if is_id(wanted):
            return (wanted.lower(),)
        if kind not in self._by_name:
            ids_by_name: defaultdict[str, set[str]] = defaultdict(set)
            for id_, candidate in self.candidates(kind):
                if candidate:
                    ids_by_name[folded(candidate)].add(id_)
            self._by_name[kind] = {candidate: sorted(ids) for candidate, ids in ids_by_name.items()}
        listed = tuple(self._by_name[kind].get(folded(wanted), ()))
        if kind is not EntityKind.PERSON or (listed and not everywhere):
            return listed
        return tuple(sorted({*listed, *self._unlisted_people(wanted)}))

    def _unlisted_people(self, name: str) -> tuple[str, ...]:
        """Everybody of this name, those on archived or trashed photos included."""
        key = folded(name)
        if key not in self._unlisted:
            people = {
                person.id: person for spelling in spellings(name) for person in self._directory.people_named(spelling)
            }
            self._unlisted[key] = tuple(id_ for id_, person in people.items() if folded(person.name) == key)
        return self._unlisted[key]

    def check(self, leaf: Reference, diagnostics: Diagnostics) -> None:
        """Note names and ids that do not exist."""
        if leaf.kind is EntityKind.ME:
            return
        for name in leaf.names:
            problem = self.problem_with(leaf.kind, name, leaf.origin)
            if problem is not None:
                diagnostics.problems.append(problem)

    def problem_with(self, kind: EntityKind, name: str, where: Place | str | None) -> Problem | None:
        """Returns why a name, an id or an address stands for nothing. None if it stands for something."""
        name = _bare(kind, name)
        if is_id(name):
            if self._exists(kind, name.lower()):
                return None
            return problem_at(where, f"there is no {kind.value} {name}", _WHERE_IDS_ARE[kind])
        refused = why_no_id(name)
        if refused is not None:
            return problem_at(where, refused, _WHERE_IDS_ARE[kind])
        if self.ids(kind, name):
            return None
        near = nearest(name, (candidate for _, candidate in self.candidates(kind) if candidate), count=3)
        if kind is EntityKind.TAG and not near:
            near = [tag.path for tag in self.tags if folded(tag.path.rpartition("/")[2]) == folded(name)][:3]
        hint = question_after(map(repr, near)) or _NOT_LISTED[kind]
        message = f"nobody is named {name!r}" if kind is EntityKind.PERSON else f"there is no {kind.value} {name!r}"
        return problem_at(where, message, hint)

    def _exists(self, kind: EntityKind, id_: str) -> bool:
        if kind is EntityKind.PERSON:
            return self.has_person(id_)
        return any(candidate == id_ for candidate, _ in self.candidates(kind))

    def names_by_id(self, kind: EntityKind) -> dict[str, str]:
        """Returns the names by id, from the lists and from people that were seen on photos."""
        names = {id_: name for id_, name in self.candidates(kind) if name}
        if kind is EntityKind.PERSON:
            for shown_people in self._shown.values():
                names = {id_: name for id_, name in shown_people.names.items() if name} | names
        return names

    def candidates(self, kind: EntityKind) -> Iterator[tuple[str, str]]:
        """Yields ids with names. A user has two: e-mail and name."""
        match kind:
            case EntityKind.PERSON:
                yield from ((person.id, person.name) for person in self.people)
            case EntityKind.TAG:
                yield from ((tag.id, tag.path) for tag in self.tags)
            case EntityKind.ALBUM:
                yield from ((album.id, album.name) for album in self.albums)
            case _:
                yield from ((user.id, user.email) for user in self.users)
                yield from ((user.id, user.name) for user in self.users)


def _bare(kind: EntityKind, name: str) -> str:
    page = _PAGES.get(kind)
    return (page and id_in_url(name, page)) or name.strip()
