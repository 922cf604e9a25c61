"""People as photos show them: a partner's photos come with the partner's people.

The server does not list these people, but its answers have their ids, and searches find photos by them.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.text.forms import bare

if TYPE_CHECKING:
    from immich_smart_albums.model.scope import Scope
    from immich_smart_albums.selection.ports import SearchApi


@dataclass(slots=True)
class ShownPeople:
    """Everybody on the photos of a scope."""

    names: dict[str, str] = field(default_factory=dict)
    """The names of people, by id."""
    owners: set[str] = field(default_factory=set)
    """The users whose photos these are."""
    telling: set[str] = field(default_factory=set)
    """Those of the users on whose photos somebody is shown."""

    def ids(self, name: str) -> set[str]:
        """Returns the ids of everybody of this name, ignoring case, accents and form: rather one person too many."""
        wanted = bare(name)
        return {id_ for id_, name in self.names.items() if name and bare(name) == wanted}

    def add(self, other: ShownPeople) -> None:
        """Add the people of another scope."""
        self.names.update(other.names)
        self.owners |= other.owners
        self.telling |= other.telling


def look_for_people(searches: SearchApi, scope: Scope) -> ShownPeople:
    """Read all photos in a scope. Returns the people on them. Raises ServerError, also if an answer lacks people."""
    shown_people = ShownPeople()
    with closing(searches.find(scope.narrow(WHOLE_LIBRARY), frozenset({"people", "ownerId"}))) as batches:
        for batch in batches:
            for record in batch:
                owner, people = record.get("ownerId"), record.get("people")
                if not isinstance(owner, str) or not isinstance(people, list):
                    message = f"the server does not tell whose asset {record['id']} is, and who is on it"
                    raise Untrustworthy(message, hint="Something on the way seems to drop withPeople, or its answer.")
                shown = [person for person in people if isinstance(person, dict)]
                shown_people.owners.add(owner)
                if shown:
                    shown_people.telling.add(owner)
                    shown_people.names.update(
                        (str(person.get("id")), str(person.get("name") or "")) for person in shown
                    )
    return shown_people
