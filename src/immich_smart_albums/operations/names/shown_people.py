"""Whom the photos show, whosever people they are: a partner's photos come with the partner's people on them.

No list of the server tells these people, but every search finds photos by their ids, which stand in its answers.
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
    """Everybody whom the photos in some places show."""

    names: dict[str, str] = field(default_factory=dict)
    """By id."""
    owners: set[str] = field(default_factory=set)
    """The users whose photos these are."""
    telling: set[str] = field(default_factory=set)
    """Those of them on whose photos somebody is shown."""

    def ids(self, name: str) -> set[str]:
        """Returns everybody of this name, without regard to case, accents and form: rather one too many is left out."""
        wanted = bare(name)
        return {id_ for id_, name in self.names.items() if name and bare(name) == wanted}

    def add(self, other: ShownPeople) -> None:
        """Take in whom other places show."""
        self.names.update(other.names)
        self.owners |= other.owners
        self.telling |= other.telling


def look_for_people(searches: SearchApi, reach: Scope) -> ShownPeople:
    """Read whom all photos in these places show. Raises ServerError, also if an answer does not tell it."""
    shown_people = ShownPeople()
    with closing(searches.find(reach.narrow(WHOLE_LIBRARY), frozenset({"people", "ownerId"}))) as batches:
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
