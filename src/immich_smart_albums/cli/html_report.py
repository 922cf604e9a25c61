"""Reports as HTML pages: their flags, their pictures, and the file."""

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
"""Characters of all pictures on a page, so that it can be sent by mail and opened on a phone."""

_CONCURRENCY = 4


def require_file(arguments: argparse.Namespace) -> None:
    """Check that --open comes with --html. Raises ConfigurationError."""
    if arguments.open and not arguments.html:
        hint = "Say where to write the page, such as --html report.html."
        raise ConfigurationError((Problem("--open", "there is no page to open without --html", hint),))


def save_page(arguments: argparse.Namespace, text: str, what: str, console: Console) -> None:
    """Write a page that only its owner can read, and open it in a browser with --open."""
    save(arguments.html, text)
    console.say(f"{what} as a page: {arguments.html}")
    if arguments.open and not webbrowser.open(arguments.html.absolute().as_uri()):
        console.say("no browser could be opened here; open the file by hand")


def picture_urls(photos: Sequence[tuple[str, str | None]], session: Session, console: Console) -> dict[str, str]:
    """Returns `data:` URLs of photos by id, as many as fit. `photos` are pairs of an id and an account."""
    data_urls: dict[str, str] = {}
    size = missing = start = 0
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        while start < len(photos) and size < BUDGET:
            group = photos[start : start + 4 * _CONCURRENCY]
            start += len(group)
            for (photo, _), url in zip(group, pool.map(partial(_data_url, session), group), strict=True):
                if url is None:
                    missing += 1
                elif size + len(url) <= BUDGET:
                    data_urls[photo] = url
                    size += len(url)
    if missing:
        console.say(f"{count(missing, 'photo')} shown by name: the server sent no picture")
    if len(data_urls) + missing < len(photos):
        console.say(f"{len(data_urls):,} of {count(len(photos), 'photo')} shown as pictures, to keep the page small")
    return data_urls


def _data_url(session: Session, photo_of_account: tuple[str, str | None]) -> str | None:
    photo, account = photo_of_account
    try:
        picture = session.thumbnail(photo, account=account)
    except ServerError:
        return None
    return f"data:{picture.content_type};base64,{b64encode(picture.data or b'').decode()}"
