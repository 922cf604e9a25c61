"""Phrases about a plan that text, Markdown and pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, DeleteAlbum, RemoveAssets, SetDetails, ShareAlbum
from immich_smart_albums.report.assets import asset_url
from immich_smart_albums.report.words import count, one_line
from immich_smart_albums.rules.album import DEFAULT_ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.changes.change import Change, Edit
    from immich_smart_albums.changes.plan import AlbumPlan, Plan


def title(plan: Plan) -> str:
    """Returns the title of a plan: `Plan for http://photos:2283, made 2026-11-26 21:11 UTC`."""
    what = "Plan" if plan.undoes is None else f"Plan that undoes run {plan.undoes}"
    return f"{what} for {plan.server}, made {plan.made_at[:16].replace('T', ' ')} UTC"


def state(album: AlbumPlan) -> str:
    """Returns the state of an album in a few words, such as `✗ refused`."""
    if album.problems:
        return "✗ only in part" if album.has_changes or album.seen else "✗ could not be planned"
    if album.refusals:
        return "✗ refused"
    if any(isinstance(change, DeleteAlbum) for change in album.changes):
        return "is deleted"
    if not album.has_changes:
        kept_out = f", {len(album.kept_out):,} kept out" if album.kept_out else ""
        number = sum(len(waiting.assets) for waiting in album.waiting)
        waiting = f", {number:,} waiting" if number else ""
        if waiting and not album.album:
            return f"no album yet{waiting}"
        return f"nothing to do{kept_out}{waiting}" if album.album else "no album yet, and nothing for it"
    if album.album:
        return ""
    return "new album" if album.owner in {"", DEFAULT_ACCOUNT} else f"new album of {one_line(album.owner)}"


def heading(album: AlbumPlan) -> str:
    """Returns the heading of an album: its name, the rule's if that is another, and the numbers of photos."""
    rule = "" if album.name == album.rule else f" (rule {one_line(album.rule)!r})"
    words = [
        *([f"{album.matched:,} match"] if album.matched or album.already_there else []),
        *([f"{album.already_there:,} of them already there"] if album.already_there else []),
        *([f"{len(album.kept_out):,} kept out"] if album.kept_out else []),
        *([f"{album.hand_made:,} put in by hand"] if album.hand_made else []),
        *_by_account(album),
    ]
    return f"{one_line(album.name)}{rule}" + (f": {', '.join(words)}" if words else "")


def _by_account(album: AlbumPlan) -> list[str]:
    """Returns how many photos each account adds, if there are several."""
    added = [change for change in album.changes if isinstance(change, AddAssets)]
    if len({change.account for change in added}) < 2:
        return []
    return [f"{len(change.assets):,} from {one_line(change.account)}" for change in added]


def waits(album: AlbumPlan) -> Iterator[str]:
    """Yields how many photos wait or stay, and why."""
    yield from (waiting.words for waiting in album.waiting)
    for waiting in album.staying:
        number = len(waiting.assets)
        yield f"{'1 photo stays' if number == 1 else f'{number:,} photos stay'}: {waiting.reason}"


def edits(album: AlbumPlan, base: str) -> Iterator[str]:
    """Yields the changes of an album other than adding and removing photos."""
    for change in album.changes:
        yield from edits_of(change, base)


def edits_of(change: Change, base: str) -> Iterator[str]:
    """Yields what a change does to an album itself; nothing for photos that are added or taken out."""
    match change:
        case CreateAlbum():
            if change.description:
                yield f"description {one_line(change.description)!r}"
        case ShareAlbum(user=user, role=role, was=was):
            who = f"{one_line(user.name)} <{one_line(user.email)}>"
            before = f" (was {was})" if was else ""
            yield f"not shared with {who} any more{before}" if role is None else f"shared with {who} as {role}{before}"
        case SetDetails():
            for word, edit in change.edits().items():
                yield f"{word} {asset_url(base, edit.new) if word == 'cover' else _from_to(edit)}"
        case DeleteAlbum():
            yield "deleted, with nothing in it; its photos stay"
        case AddAssets() | RemoveAssets():
            pass
        case _:
            assert_never(change)


def _from_to(edit: Edit) -> str:
    new = repr(one_line(edit.new))
    return f"{one_line(edit.old)!r} → {new}" if edit.old else new


def totals(plan: Plan) -> str:
    """Returns a plan in one sentence."""
    changing = [album for album in plan.albums if album.has_changes]
    refused = sum(bool(album.refusals) for album in plan.albums)
    failed = sum(bool(album.problems) for album in plan.albums)
    all_of_them = count(len(plan.albums), "album")
    if plan.is_refused and not refused:
        refused = len(changing)
    trouble = [f"{refused:,} refused"] * bool(refused) + [f"{failed:,} with problems"] * bool(failed)
    if not changing:
        return "; ".join([f"Nothing to do in {all_of_them}", *trouble]) + "."
    added = sum(len(album.additions) for album in changing)
    removed = sum(len(album.removals) for album in changing)
    created = sum(album.album is None for album in changing)
    what = [
        *([f"{count(added, 'photo')} to add"] if added else []),
        *([f"{count(removed, 'photo')} to take out"] if removed else []),
        *([f"{count(created, 'album')} to create"] if created else []),
    ]
    sentence = f"{len(changing):,} of {all_of_them} to change"
    return "; ".join([": ".join([sentence, ", ".join(what)]) if what else sentence, *trouble]) + "."
