"""Creates an album once, even if the answer is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stamina

from immich_smart_albums.errors import NotImmich, ServerError, Untrustworthy
from immich_smart_albums.immich.albums.assets import may_have_done_it
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.album import Album

if TYPE_CHECKING:
    from immich_smart_albums.immich.directory import Directory
    from immich_smart_albums.immich.http.client import Http


class _NotThereError(Exception):
    """The album is not listed, or not yet."""


class AlbumCreation:
    """Creates albums. After a lost answer, it looks for the album before it sends the request again."""

    def __init__(self, http: Http, directory: Directory) -> None:
        self._http = http
        self._directory = directory

    def create(self, name: str, description: str = "") -> Album:
        """Create an album. Returns it. If the answer is lost, look for the album before trying again.

        Retries are those of every request. Raises ServerError; if the album was made all the same, the next run finds
        it.
        """
        before = {album.id for album in self._directory.albums()}
        wanted = {"albumName": name} | ({"description": description} if description else {})
        failures: list[ServerError] = []

        def attempt() -> Album:
            if failures:
                album = self._look_for(name, before, failures[-1])
                if album is not None:
                    return album
                if failures[-1].may_be_running:
                    # Sending it again could make a second one.
                    failures[-1].retry = None
                    raise failures[-1]
            try:
                return self._create(wanted)
            except (NotImmich, Untrustworthy) as error:
                return self._made_all_the_same(name, before, error)
            except ServerError as error:
                failures.append(error)
                raise

        return self._http.with_retries(attempt)

    def _made_all_the_same(self, name: str, before: set[str], error: ServerError) -> Album:
        """The album, if it exists although the answer was a page, null or nothing. Raises the error if not."""
        try:
            return self._made(name, before)
        except (_NotThereError, ServerError):
            raise error from None

    def _look_for(self, name: str, before: set[str], failure: ServerError) -> Album | None:
        """A new album of this name. None if there is none.

        It is looked for several times, since the server may take a moment to make it; once if a proxy refused the
        request.
        """
        times = 4 if may_have_done_it(failure) else 1
        try:
            for attempt in stamina.retry_context(
                on=_NotThereError, attempts=times, timeout=None, wait_initial=0.5, wait_max=4.0, wait_jitter=0.5
            ):
                with attempt:
                    return self._made(name, before)
        except _NotThereError:
            return None
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _made(self, name: str, before: set[str]) -> Album:
        for album in self._directory.albums():
            if album.name == name and album.id not in before:
                return album
        raise _NotThereError

    def _create(self, wanted: dict[str, str]) -> Album:
        body = self._http.send("POST", "/albums", wanted, repeat=False)
        answer = decode(body, dict[str, Any], "POST /albums")
        name = wanted["albumName"]
        if answer.get("albumName") != name or not isinstance(answer.get("id"), str):
            message = "POST /albums: the answer is not the album that was asked for"
            raise Untrustworthy(message, hint="Look at your albums before you run this again.")
        return Album(answer["id"], name, 0, "owner", "", str(answer.get("createdAt", "")))
