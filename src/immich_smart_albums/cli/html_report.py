"""Reports as pages in a file: the pictures for them, and the flags."""

from __future__ import annotations

import webbrowser
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.cli.output import save
from immich_smart_albums.errors import ConfigurationError, Problem, ServerError
from immich_smart_albums.report.words import count

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.session.session import Session

BUDGET = 4_500_000
"""Characters that the pictures of a page may take: it goes by mail, and onto a phone."""

_CONCURRENCY = 4


def require_file(arguments: argparse.Namespace) -> None:
    """Raise ConfigurationError for --open without a page that is written."""
    if arguments.open and not arguments.html:
        hint = "Say where to write the page, such as --html report.html."
        raise ConfigurationError((Problem("--open", "there is no page to open without --html", hint),))


def save_page(arguments: argparse.Namespace, text: str, what: str, console: Console) -> None:
    """Write a page, for its owner's eyes only, and open it in a browser where that is wished for."""
    save(arguments.html, text)
    console.say(f"{what} as a page: {arguments.html}")
    if arguments.open and not webbrowser.open(arguments.html.absolute().as_uri()):
        console.say("no browser could be opened here; open the file by hand")


def embedded(photos: Sequence[tuple[str, str | None]], session: Session, console: Console) -> dict[str, str]:
    """Returns pictures of photos as `data:` addresses, as many as fit, without those that the server does not send."""
    data_urls: dict[str, str] = {}
    size = missing = place = 0
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        while place < len(photos) and size < BUDGET:
            group = photos[place : place + 4 * _CONCURRENCY]
            place += len(group)
            for (photo, _), address in zip(group, pool.map(partial(_address, session), group), strict=True):
                if address is None:
                    missing += 1
                elif size + len(address) <= BUDGET:
                    data_urls[photo] = address
                    size += len(address)
    if missing:
        console.say(f"{count(missing, 'photo')} shown by name: the server sent no picture")
    if len(data_urls) + missing < len(photos):
        console.say(f"{len(data_urls):,} of {count(len(photos), 'photo')} shown as pictures, to keep the page small")
    return data_urls


def _address(session: Session, wanted: tuple[str, str | None]) -> str | None:
    photo, account = wanted
    try:
        picture = session.thumbnail(photo, account=account)
    except ServerError:
        return None
    return f"data:{picture.content_type};base64,{b64encode(picture.data or b'').decode()}"
