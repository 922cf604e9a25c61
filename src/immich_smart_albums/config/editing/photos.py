"""Edits of a rule by a click on a photo: always, never, last good one, more like this.

Photos are written as they are given, by id or by the address of their page, and compared by id.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.draft import FileDraft, photo_id
from immich_smart_albums.config.yaml.data import Put, Remove, Wrap, is_list
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.rules.payload.smart_text import split_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path


def never(rules: Plain, album: Path, photo: str) -> list[Edit]:
    """Returns the edits after which a photo is never in the album. Raises EditRefused.

    It is added to the `not` of the match, and removed from the photos that always are.
    """
    draft, match = FileDraft(rules), (*album, "match")
    before = draft.mapping(match)
    lists = _photo_lists(draft, (*match, "not"))
    if not any(_has(draft, path, photo) for path in lists):
        _add_photo(draft, (*match, "not"), lists, photo)
    for path in reversed(_photo_lists(draft, (*match, "any"))):
        draft.drop(path, _is(photo))
    if draft.mapping(match).keys() == {"not"} and "any" in before:
        raise EditRefused(
            "without this photo the rule would be about everything else on the timeline",
            hint="Say first what belongs in the album.",
        )
    return draft.edits


def always(rules: Plain, album: Path, photo: str) -> list[Edit]:
    """Returns the edits after which a photo is in the album, whatever else the rule says."""
    draft, match = FileDraft(rules), (*album, "match")
    for path in reversed(_photo_lists(draft, (*match, "not"))):
        if len(draft.mapping(match)) > 1 or len(draft.items((*match, "not"))) > 1 or len(draft.items(path)) > 1:
            draft.drop(path, _is(photo))
    whole = draft.mapping(match)
    if whole.keys() == {"photo"}:
        if not _has(draft, (*match, "photo"), photo):
            draft.append((*match, "photo"), photo)
    elif "any" in whole and whole.keys() <= {"any", "not"} and _is_of_photos(draft, (*match, "not")):
        lists = _photo_lists(draft, (*match, "any"))
        if not any(_has(draft, path, photo) for path in lists):
            _add_photo(draft, (*match, "any"), lists, photo)
    else:
        draft.make(Wrap(match, "any", ({"photo": [photo]},)))
    return draft.edits


def more_like_this(rules: Plain, album: Path, photo: str, *, top: int | None = None) -> list[Edit]:
    """Returns the edits after which photos that look like this one are in the album, too. Raises EditRefused.

    What the rule excludes stays excluded.
    """
    draft, match = FileDraft(rules), (*album, "match")
    whole = draft.mapping(match)
    like: dict[str, Plain] = {"like": photo} if top is None else {"like": photo, "top": top}
    if "any" in whole and whole.keys() <= {"any", "not"}:
        alternatives = whole["any"]
        if isinstance(alternatives, Mapping) and "smart" not in alternatives:
            draft.make(Put((*match, "any", "smart"), like))
        elif isinstance(alternatives, Mapping):
            draft.append((*match, "any", "smart"), like)
        else:
            draft.append((*match, "any"), {"smart": like})
    elif "not" in whole:
        rest = {word: value for word, value in whole.items() if word != "not"}
        if not rest:
            raise EditRefused(
                "this rule only leaves out, so photos like this one are in the album already",
                hint="Say what belongs in the album first.",
            )
        # What is left out stays beside the alternatives, and so holds for all of them.
        draft.make(Put(match, {"any": [rest, {"smart": like}], "not": whole["not"]}))
    else:
        draft.make(Wrap(match, "any", ({"smart": like},)))
    return draft.edits


def last_good_one(rules: Plain, search: Path, photo: str, ranking: Sequence[str]) -> list[Edit]:
    """Returns the edits after which a smart search ends with this photo (`until`). Raises EditRefused.

    `ranking` are the ids that the search ranks, the best first. Photos in `until` that rank lower are removed.
    """
    draft = FileDraft(rules)
    value = draft.get(search)
    places = {asset_id: place for place, asset_id in enumerate(ranking)}
    if photo_id(photo) not in places:
        raise EditRefused("the search does not rank this photo", hint="Pick one that it shows.")
    here = places[photo_id(photo)]
    if isinstance(value, Mapping):
        _set_until(draft, search, photo, lambda other: places.get(photo_id(other), -1) <= here)
        if "top" in value:
            draft.make(Remove((*search, "top")))
    elif isinstance(value, str):
        draft.make(Put(search, {"query": split_limit(value)[0], "until": photo}))
    else:
        raise EditRefused("there is no smart search where one was", hint="Load the file again.")
    return draft.edits


def first_bad_one(rules: Plain, search: Path, photo: str, ranking: Sequence[str]) -> list[Edit]:
    """Returns the edits after which a smart search ends just above this photo. Raises EditRefused."""
    place = list(ranking).index(photo_id(photo)) if photo_id(photo) in ranking else -1
    if place < 1:
        message = "no photo ranks above this one" if place == 0 else "the search does not rank this photo"
        raise EditRefused(message, hint="Say in other words what to look for." if place == 0 else "Pick another one.")
    return last_good_one(rules, search, ranking[place - 1], ranking)


def _set_until(draft: FileDraft, search: Path, photo: str, stays: Callable[[Plain], bool]) -> None:
    until = (*search, "until")
    before = draft.items(until)
    staying = [other for other in before if stays(other)]
    if photo_id(photo) in map(photo_id, staying):
        staying = staying if len(staying) < len(before) else before
    else:
        staying.append(photo)
    draft.make(Put(until, staying if len(staying) > 1 or is_list(draft.get(until)) else staying[0]))


def _is(photo: str) -> Callable[[Plain], bool]:
    return lambda other: photo_id(other) == photo_id(photo)


def _has(draft: FileDraft, path: Path, photo: str) -> bool:
    return any(map(_is(photo), draft.items(path)))


def _photo_lists(draft: FileDraft, group: Path) -> list[Path]:
    """Returns the paths of a group's members that are nothing but lists of photos."""
    members = draft.get(group)
    if isinstance(members, Mapping):
        return [(*group, "photo")] if "photo" in members else []
    return [
        (*group, place, "photo")
        for place, member in enumerate(draft.items(group))
        if isinstance(member, Mapping) and member.keys() == {"photo"}
    ]


def _is_of_photos(draft: FileDraft, group: Path) -> bool:
    """Returns whether a group has nothing but lists of photos, or does not exist."""
    members = draft.get(group)
    size = len(members) if isinstance(members, Mapping) else len(draft.items(group))
    return len(_photo_lists(draft, group)) == size


def _add_photo(draft: FileDraft, group: Path, lists: Collection[Path], photo: str) -> None:
    if lists:
        draft.append(next(iter(lists)), photo)
    elif isinstance(draft.get(group), Mapping):
        draft.make(Put((*group, "photo"), [photo]))
    else:
        draft.append(group, {"photo": [photo]})
