"""The people and tags of one user of the generated library."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING

from immich_sandbox.generator.scenes import PEOPLE, TAGS
from immich_sandbox.library import times
from immich_sandbox.library.records import Person, Tag
from immich_sandbox.seeded import uuid4

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import User

_BIRTH_DATES = {"Emma": "2014-06-11", "Noah": "2017-03-02"}
_FAVORITES = frozenset({"Emma", "Noah"})


@dataclass(slots=True)
class PeopleAndTags:
    """A user, the people in the photos of this user with their weights, and the tags."""

    user: User
    person_ids: list[str] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    tag_ids: dict[str, str] = field(default_factory=dict)

    @property
    def odds(self) -> Sequence[int]:
        """The cumulative weights, for `Random.choices`."""
        return list(accumulate(self.weights))


def add_people_and_tags(library: Library, user: User, rng: Random) -> PeopleAndTags:
    """Add the people and tags of a user to the library. Returns them."""
    people = PeopleAndTags(user)
    named = list(PEOPLE.items()) if user.is_admin else [("Emma", 9), ("Noah", 7), ("Jane Doe", 6), ("Bob's boss", 3)]
    strangers: list[tuple[str, int]] = [
        ("Alex Kim", 6),
        ("Alex Kim", 4),
        ("", 3),
        ("", 2),
        ("", 1),
        ("Waiter", 5),
    ]
    for name, weight in named + (strangers if user.is_admin else []):
        _add_person(library, people, name, weight, rng)
    for index, value in enumerate(TAGS if user.is_admin else ()):
        created = user.created_at + index * times.MINUTE
        parent = people.tag_ids.get(value.rpartition("/")[0])
        tag = Tag(uuid4(rng), user.id, value, created, created + times.DAY, parent)
        library.tags[tag.id] = tag
        people.tag_ids[value] = tag.id
    return people


def _add_person(library: Library, people: PeopleAndTags, name: str, weight: int, rng: Random) -> None:
    person = Person(
        id=uuid4(rng),
        owner_id=people.user.id,
        name=name,
        updated_at=people.user.created_at + times.HOUR + len(library.people) * 5_386_437,
        birth_date=_BIRTH_DATES.get(name),
        is_hidden=name == "Waiter",
        is_favorite=name in _FAVORITES,
    )
    library.people[person.id] = person
    people.person_ids.append(person.id)
    people.weights.append(weight)
