"""`ledger`: what was added and taken out; photos may be allowed again that people took out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.paths import ledger_place
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
            stderr_console(verbose=False).say(_forget(arguments, ledger))
        else:
            _list(arguments, ledger)
    return Exit.DONE


def _list(arguments: argparse.Namespace, ledger: Ledger) -> None:
    as_json = arguments.format == "json"
    if arguments.album is None:
        albums = ledger.albums()
        if as_json:
            print_json(albums_json(albums))
        else:
            print_lines(albums_lines(albums))
        return
    album = known_album(arguments.album, ledger)
    memory = ledger.memory(album.key)
    if as_json:
        print_json(album_json(album, memory))
    else:
        print_lines(album_lines(album, memory))


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
