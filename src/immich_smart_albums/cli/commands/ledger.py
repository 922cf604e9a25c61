"""`ledger`: what was added and taken out; photos may be allowed again that people took out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.cli.places import ledger_place
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.forget import forget, forget_album, known_album
from immich_smart_albums.report.ledger import album_json, album_lines, albums_json, albums_lines

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.operations.ports import Ledger


def run(arguments: argparse.Namespace) -> Exit:
    """List or forget; the server is not asked."""
    with open_ledger(
        arguments.ledger or ledger_place(), doing="ledger forget" if arguments.action == "forget" else None
    ) as ledger:
        if arguments.action == "forget":
            sys.stderr.write(f"{_forget(arguments, ledger)}\n")
        else:
            _list(arguments, ledger)
    return Exit.DONE


def _list(arguments: argparse.Namespace, ledger: Ledger) -> None:
    as_json = arguments.format == "json"
    if arguments.album is None:
        albums = ledger.albums()
        print_lines([albums_json(albums)] if as_json else albums_lines(albums))
        return
    album = known_album(arguments.album, ledger)
    memory = ledger.memory(album.key)
    print_lines([album_json(album, memory)] if as_json else album_lines(album, memory))


def _forget(arguments: argparse.Namespace, ledger: Ledger) -> str:
    album = known_album(arguments.album, ledger)
    if arguments.binding:
        forget_album(album, ledger)
        return f"{album.key.rule}: the next run looks for an album of this name, or creates one"
    number = forget(album, arguments.assets, ledger)
    return (
        f"{album.key.rule}: {number:,} photos may be added again"
        if number != 1
        else (f"{album.key.rule}: one photo may be added again")
    )
