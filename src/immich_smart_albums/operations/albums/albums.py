"""Finds the album that a rule feeds, by id, address, name or ledger; or finds that it must be created."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.memory import KNOWN_INSIDE, NOTHING, MembershipState
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import Span, problem_at
from immich_smart_albums.model.text.command import command
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.operations.albums.looks import AlbumLooks
from immich_smart_albums.operations.albums.was_questions import own_album_as_well
from immich_smart_albums.rules.album import Keep
from immich_smart_albums.rules.split import album_name
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.ids import id_in_url, is_id, why_no_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.memory import AlbumMemory, Binding
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.selection.run.evaluate import Selection


def albums_of(
    rule: AlbumRule, selections: Mapping[str, Selection]
) -> Iterator[tuple[str, dict[str, tuple[Asset, ...]]]]:
    """Yields the names of the albums that a rule feeds, each with the selections for it by account."""
    if not rule.rule.split:
        yield rule.name, {account: selection.assets for account, selection in selections.items()}
        return
    names: dict[str, dict[str, list[Asset]]] = {}
    for account, selection in selections.items():
        for asset in selection.assets:
            for values in selection.groups[asset.id]:
                name = album_name(rule.name, rule.rule.split, values)
                names.setdefault(name, {}).setdefault(account, []).append(asset)
    for name in sorted(names):
        yield name, {account: tuple(names[name].get(account, ())) for account in selections}


def left_behind(rule: AlbumRule, owner: ConnectedAccount, ledger: Ledger, names: AbstractSet[str]) -> Iterator[str]:
    """Yields the names of the albums of a split that hold photos of ours, whether or not anything belongs in them now.

    `names` are those of the rule, now and before.
    """
    if rule.keep is Keep.ADD_ONLY or not rule.rule.split:
        return
    there = {album.id for album in owner.names.albums}
    for known_album in ledger.albums():
        is_of_rule = known_album.key.owner == owner.user.id and known_album.split and known_album.split in names
        if (
            is_of_rule
            and known_album.counts.get(MembershipState.OURS)
            and known_album.binding
            and known_album.binding.album_id in there
        ):
            yield known_album.key.rule


FLAG = "--album"
"""The place of problems with an album that is named by a flag."""


def find_target(
    wanted: str, list_albums: Callable[[], Sequence[Album]], diagnostics: Diagnostics, *, create: bool
) -> Album | None:
    """Returns the album that a flag names by id, address or name.

    None if it must be created, or if there are problems, which are noted in `diagnostics`. Raises ServerError.
    """
    album_id = id_in_url(wanted, "albums") or wanted.strip()
    refused = why_no_id(album_id)
    if refused is not None:
        hint = "Copy the id again from the album's address in Immich."
        diagnostics.problems.append(Problem(FLAG, refused, hint))
        return None
    if album_id.startswith(("http://", "https://")):
        hint = "Open the album in Immich and copy its address; it has /albums/ and an id in it."
        diagnostics.problems.append(Problem(FLAG, f"the address {album_id} holds no album", hint))
        return None
    albums = list_albums()
    if is_id(album_id):
        candidates = [album for album in albums if album.id == album_id.lower()]
    else:
        candidates = [album for album in albums if same_name(album.name, wanted)]
    if len(candidates) == 1:
        return _writable(candidates[0], diagnostics)
    if candidates:
        diagnostics.problems.append(ambiguous(FLAG, wanted, candidates, "Give one by its id"))
    elif is_id(album_id):
        hint = "It was deleted, or is not shared with this key's account."
        diagnostics.problems.append(Problem(FLAG, f"there is no album {album_id}", hint))
    elif not create:
        meant = did_you_mean(wanted, (album.name for album in albums), count=3)
        hint = f"{meant} Add --create-album to make it.".strip()
        diagnostics.problems.append(Problem(FLAG, f"there is no album {wanted!r}", hint))
    return None


def find_bound(
    rule: AlbumRule, name: str, binding: Binding | None, albums: Sequence[Album], diagnostics: Diagnostics
) -> Album | None:
    """Returns the album that a rule feeds: by its id in the rule, else by the ledger's `binding`, else by its name.

    None if it must be created, or if there are problems, which are noted in `diagnostics`. `albums` are those that the
    owner's account sees. Once an album is bound, its name no longer counts.
    """
    by_id = rule.album_id or (binding.album_id if binding else None)
    if by_id is not None:
        bound = next((album for album in albums if album.id == by_id), None)
        if bound is None:
            diagnostics.problems.append(_gone(rule, name, binding))
        elif bound.role == "viewer":
            message = f"the album {bound.name!r} is shared with {rule.accounts[0] or 'this account'} for viewing only"
            diagnostics.problems.append(
                rule.span.problem(message, hint=f"Ask {bound.owner} for the role of an editor.")
            )
        return bound
    of_name = [album for album in albums if same_name(album.name, name)]
    named = [album for album in of_name if album.role != "viewer"]
    if of_name and not named and not rule.is_new:
        diagnostics.problems.append(_only_shown(rule, of_name[0]))
    # Somebody else's album of that name is meant only if there is no own one.
    candidates = [album for album in named if album.role == "owner"] or named
    if len(candidates) > 1:
        problem = ambiguous(rule.span, name, candidates, "Name one of them in the rule, as `id: …`")
        diagnostics.problems.append(problem)
    return candidates[0] if candidates else None


def _only_shown(rule: AlbumRule, album: Album) -> Problem:
    """The problem with an album of that name that others share for viewing: a second one would look the same."""
    who = album.owner or "its owner"
    message = f"an album {album.name!r} is shared with {rule.accounts[0] or 'this account'} by {who}, for viewing only"
    hint = f"Ask {who} for the role of an editor, or give the rule another name."
    return own_album_as_well(rule.span, message, hint)


def _gone(rule: AlbumRule, name: str, binding: Binding | None) -> Problem:
    if rule.album_id is not None:
        message = f"there is no album {rule.album_id} for {rule.accounts[0] or 'this account'}"
        return rule.span.problem(message, hint="It was deleted, or is not shared with that account.")
    was = f" {binding.name!r} ({binding.album_id})" if binding else ""
    message = f"the album{was} that the rule {name!r} fed so far is gone, or not shared with its account any more"
    anew = command("ledger", "forget", name, "--binding")
    hint = (
        f"If it was deleted on purpose, remove the rule. To have it made again: {anew}."
        f" To feed another album from now on: {command('adopt', name, '--id', 'ALBUM')}."
    )
    return rule.span.problem(message, hint=hint)


def _writable(album: Album, diagnostics: Diagnostics) -> Album:
    if album.role == "viewer":
        hint = f"Ask {album.owner} to make you an editor."
        message = f"the album {album.name!r} is shared with you for viewing only"
        diagnostics.problems.append(Problem(FLAG, message, hint))
    return album


def ambiguous(where: Span | str, wanted: str, candidates: list[Album], advice: str) -> Problem:
    """Returns the problem with a name that several albums have."""
    listed = "; ".join(
        f"{album.id} ({album.asset_count} photos, {album.owner or 'owner unknown'}, made {album.created[:10]})"
        for album in candidates
    )
    return problem_at(where, f"{len(candidates)} albums are named {wanted!r}", f"{advice}: {listed}")


def look_at_album(  # noqa: PLR0913 - whose album, and what is known of it
    rule: AlbumRule,
    name: str,
    binding: Binding | None,
    owner: ConnectedAccount,
    diagnostics: Diagnostics,
    memory: AlbumMemory = NOTHING,
    looks: AlbumLooks | None = None,
) -> CurrentAlbum | None:
    """Returns the album of a rule with its members.

    None if it must be created, or if there are problems, which are noted in `diagnostics`. `name` is the rule's name;
    for a split rule, with the values filled in. Members that `memory` knows and that are not shown, such as trashed or
    locked ones, are asked for one by one, so that only photos that are surely out count as taken out. `looks` has
    members that were read before. Raises ServerError.
    """
    albums, looks = owner.server.albums, AlbumLooks() if looks is None else looks
    if rule.target is not None:
        album = find_target(rule.target.text, lambda: owner.names.albums, diagnostics, create=rule.target.may_create)
        return None if album is None else CurrentAlbum(album, albums.members(album.id))
    album = find_bound(rule, name, binding, owner.names.albums, diagnostics)
    if album is None:
        return None
    # The details first: what changes before the members are read makes a plan outdated, never wrong.
    details = albums.details(album.id)
    members = looks.members(albums, details)
    interrupted = {asset.id for request in memory.interrupted for asset in request.assets}
    missing = (memory.having(KNOWN_INSIDE) | interrupted) - members
    return CurrentAlbum(album, members, details, looks.hidden(albums, album.id, missing))
