"""Removes memories of albums from the ledger, when people ask for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.command import command
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.ids import id_in_url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.changes.journal import KnownAlbum
    from immich_smart_albums.changes.memory import Binding, Membership
    from immich_smart_albums.operations.ports.ledger import Ledger


def known_album(wanted: str, ledger: Ledger) -> KnownAlbum:
    """Returns the album of a rule with this name, or the album with this name, id or address.

    Raises ConfigurationError if none fits, or several.
    """
    albums = ledger.albums()
    name = id_in_url(wanted, "albums") or wanted.strip()
    by_rule = [album for album in albums if same_name(album.key.rule, name)]
    candidates = by_rule or [album for album in albums if album.binding and _is_bound(album.binding, name)]
    if len(candidates) == 1:
        return candidates[0]
    if candidates:
        listed = "; ".join(
            f"{album.key.rule!r} of the user {album.key.owner} on {album.server}" for album in candidates
        )
        message = f"{len(candidates)} albums of the ledger are meant by {wanted!r}: {listed}"
        raise ConfigurationError((Problem("ledger", message, "Give the album's id, which `ledger list` tells."),))
    hint = did_you_mean(name, (album.key.rule for album in albums), "`ledger list` tells all albums.", count=3)
    raise ConfigurationError((Problem("ledger", f"the ledger knows no album {wanted!r}", hint),))


def _is_bound(binding: Binding, name: str) -> bool:
    return binding.album_id == name.lower() or same_name(binding.name, name)


def kept_out(album: KnownAlbum, ledger: Ledger) -> tuple[Membership, ...]:
    """Returns the photos that stay out of an album because somebody took them out, or may have; newest first."""
    memberships = [
        membership for membership in ledger.memory(album.key).memberships.values() if membership.standing in KEPT_OUT
    ]
    return tuple(sorted(memberships, key=lambda membership: membership.asset.newest_first()))


def forget(album: KnownAlbum, assets: Sequence[str], ledger: Ledger) -> int:
    """Let photos in again, by id or address; without any, all of them.

    Returns how many. Raises ConfigurationError for a photo that is not kept out.
    """
    out = {membership.asset.id for membership in kept_out(album, ledger)}
    wanted = {id_in_url(asset, "photos") or asset.strip().lower(): asset for asset in assets} or dict.fromkeys(out, "")
    wrong = tuple(
        Problem(
            album.key.rule,
            f"{text} is not kept out of this album",
            f"{command('ledger', 'list', album.key.rule)} tells what is.",
        )
        for id_, text in wanted.items()
        if id_ not in out
    )
    if wrong:
        raise ConfigurationError(wrong)
    if wanted:
        ledger.forget(album.key, wanted)
    return len(wanted)


def forget_album(album: KnownAlbum, ledger: Ledger) -> None:
    """Forget which album a rule feeds, and its members. The rule's next run finds one by name, or makes one.

    What people took out stays known. The album itself stays as it is.
    """
    ledger.unbind(album.key)
