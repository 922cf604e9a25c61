"""The checks of controls: a server that drops a property of a request is not trusted.

Each function returns whether the property is settled, and raises Untrustworthy if the server dropped it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from immich_smart_albums.immich.search.controls.probes import (
        Body,
        CountSearch,
        FlatSearch,
        Probe,
    )
    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.search.verify import AnswerVerifier


def check_empty(search: Probe, name: str, vain: Mapping[str, object]) -> bool:
    """Returns True if a filter that nothing passes finds nothing. Raises Untrustworthy if it finds something."""
    if search.finds(vain):
        raise dropped(search.name, name)
    return True


def check_absent(search: Probe, name: str, filters: Mapping[str, object], record: Record) -> bool:
    """Returns True if a filter leaves out a photo that does not pass it. Raises Untrustworthy if it finds it."""
    if search.finds_photo(filters, record):
        raise dropped(search.name, name)
    return True


def check_apart(search: Probe, name: str, values: tuple[Body, Body], record: Record) -> bool:
    """Returns True if one photo is not found under both of two values that no photo has at once.

    Raises Untrustworthy if it is.
    """
    if all(search.finds_photo(filters, record) for filters in values):
        raise dropped(search.name, name)
    return True


def check_reach(search: FlatSearch, name: str, narrow: Body, wide: Body) -> bool:
    """Returns True if a photo that the narrow search finds is found by the wide one.

    False, not settled, without a photo. Raises Untrustworthy if the wide one does not find it.
    """
    for photo in search.ask(narrow, 1):
        if not search.finds_photo(wide, photo):
            raise dropped(search.name, name)
        return True
    return False


def check_outside(search: Probe, name: str, filters: Body, photos: Iterator[Record]) -> bool:
    """Returns True if filters leave out the first photo that is found without them. False, not settled, without one.

    `photos` are those that the filters must leave out. Raises Untrustworthy if the photo is found under the filters,
    too.
    """
    for photo in photos:
        if search.finds_photo({}, photo):
            return check_absent(search, name, filters, photo)
    return False


def check_counts_apart(count: CountSearch, name: str, filters: list[Body]) -> bool:
    """Returns True unless two values that no photo has at once both count as many as all photos.

    Raises Untrustworthy then: the filter was dropped.
    """
    one = count.count(filters[0])
    if one and one == count.count(filters[1]) and one == count.count({}):
        raise dropped(count.name, name)
    return True


def check_echo(search: FlatSearch, filters: Body, verifier: AnswerVerifier) -> bool:
    """Returns True if a filter alone finds only photos that fit it. Raises Untrustworthy otherwise."""
    verifier.verify(search.ask(filters, 1, frozenset(verifier.fields)))
    return True


def check_shown(name: str, photos: Iterable[Record]) -> bool:
    """Returns True if one of some photos that must show something does. False, not settled, without photos.

    Raises Untrustworthy if none of them does.
    """
    is_empty = True
    for photo in photos:
        if photo.get(name):
            return True
        is_empty = False
    if is_empty:
        return False
    message = f"POST /search/metadata: the server does not show {name}, which was asked for"
    hint = "Something on the way seems to change requests or answers, so nothing of them is used."
    raise Untrustworthy(message, hint=hint)


def dropped(request: str, name: str) -> Untrustworthy:
    """Returns the error for a property that a request drops."""
    message = (
        f"{request}: the server drops {name!r}: it finds what this must leave out, or leaves out what it must find"
    )
    hint = "It may be newer than this tool, or something on the way changes requests. Nothing of its answers is used."
    return Untrustworthy(message, hint=hint)
