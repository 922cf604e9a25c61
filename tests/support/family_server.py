"""A family's library, and the real client connected to a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox import Library, generate
from immich_sandbox.library.records import Person
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.model.text.secret import Secret

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_smart_albums.operations.ports.server import PhotoServer

JOSE = "Jose\u0301 Pe\u0301rez"
"""As some keyboards write it: letters and accents apart."""

SUMMER = "E\u0301te\u0301"


def connected(sandbox: Sandbox, key: str = "alice") -> PhotoServer:
    """The client as the program makes it, with the key of this name."""
    return connect_to(sandbox.url, sandbox.keys[key])


def connect_to(url: str, key: str = "none") -> PhotoServer:
    """The client for an address."""
    return connect(Settings(url, Secret(key)), ConnectionOptions(), on_exchange=lambda _: None, on_read=lambda _: None)


def family() -> Library:
    """A generated library with people and albums that the tests can be sure of.

    On Alice's photos are Ada and Ben, alone and together, and with them two people called Robin Lee, somebody hidden,
    somebody on an archived photo only, and José. Bob knows somebody called Ada, too.
    """
    library = generate(300)
    ada, ben, robin, other = (_person(library, name) for name in ("Ada Stone", "Ben Ray", "Robin Lee", "Robin Lee"))
    _show(library, (ada,), (ben,), (robin,), (other,), (ada, ben), (ada, robin), (ben, other), (ada, ben, robin, other))
    _show(library, (_person(library, "Hidden Hand", hidden=True),), (_person(library, JOSE),))
    _show(library, (_person(library, "Archie"),), visibility="archive")
    _show(library, (_person(library, "Ada Stone", "Bob"),), owner="bob")
    alice = library.user_named("Alice").id
    library.add_album(SUMMER, owner_id=alice)
    library.add_album(" Padded ", owner_id=alice)
    return library


def _person(library: Library, name: str, owner: str = "Alice", *, hidden: bool = False) -> str:
    """A new person without photos. The id."""
    person = Person(library.new_id(), library.user_named(owner).id, name, library.now(), is_hidden=hidden)
    library.people[person.id] = person
    return person.id


def _show(library: Library, *groups: tuple[str, ...], visibility: str = "timeline", owner: str = "alice") -> None:
    """A photo of each group of people."""
    for number, group in enumerate(groups):
        library.add_asset(owner=owner, name=f"people-{number}.jpg", person_ids=group, visibility=visibility)


def person_ids(library: Library, name: str, owner: str = "Alice") -> list[str]:
    """The ids of one user's people with this name, sorted."""
    owner_id = library.user_named(owner).id
    return sorted(person.id for person in library.people_named(name) if person.owner_id == owner_id)


def album_ids(library: Library, name: str) -> list[str]:
    """The ids of the albums with this name, sorted."""
    return sorted(album.id for album in library.albums.values() if album.name == name)
