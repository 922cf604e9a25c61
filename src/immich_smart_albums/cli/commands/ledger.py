"""`ledger`: list what was added and taken out, or let photos in again that people took out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_session import ledger_session
from immich_smart_albums.report.ledger import album_json, album_lines, albums_json, albums_lines

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.session.session import Session


def run(arguments: argparse.Namespace) -> Exit:
    """List or forget. Sends no request."""
    session = ledger_session(arguments)
    if arguments.action == "forget":
        stderr_console(verbose=False).say(_forget(arguments, session))
    else:
        _list(arguments, session)
    return Exit.DONE


def _list(arguments: argparse.Namespace, session: Session) -> None:
    as_json = arguments.format == "json"
    if arguments.album is None:
        albums = session.known_albums()
        if as_json:
            print_json(albums_json(albums))
        else:
            print_lines(albums_lines(albums))
        return
    album, memory = session.known_album(arguments.album)
    if as_json:
        print_json(album_json(album, memory))
    else:
        print_lines(album_lines(album, memory))


def _forget(arguments: argparse.Namespace, session: Session) -> str:
    if arguments.binding:
        album = session.forget_album(arguments.album)
        return f"{album.key.rule}: the next run looks for an album of this name, or creates one"
    album, number = session.forget(arguments.album, arguments.assets)
    photos = "one photo" if number == 1 else f"{number:,} photos"
    return f"{album.key.rule}: {photos} may be added again"
