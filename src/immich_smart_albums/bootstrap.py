"""Connects ports to adapters: the only place that knows both the operations' ports and the Immich client."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import stamina.instrumentation

from immich_smart_albums.config.headers import merged
from immich_smart_albums.config.slips import page_base
from immich_smart_albums.errors import ConfigurationError, Problem, ServerError
from immich_smart_albums.immich.http.client import Http
from immich_smart_albums.immich.http.connection import Address
from immich_smart_albums.immich.http.exchange import Exchange
from immich_smart_albums.immich.http.retries import HINT_TIME_OUT, TimeOuts
from immich_smart_albums.immich.server import ImmichServer
from immich_smart_albums.model.stopping import never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from immich_smart_albums.config.settings import Settings
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.model.text.secret import Secret
    from immich_smart_albums.operations.ports.server import PhotoServer

__all__ = ["ConnectionOptions", "Exchange", "connect"]


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """Options of the connection to the server."""

    concurrency: int = 4
    seconds: float = 60.0
    """How long the server may be silent."""
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)
    """Headers of flags, which override all others."""
    usual_headers: Mapping[str, Secret] = field(default_factory=dict)
    """Headers of the environment, which all others override."""


def connect(
    settings: Settings,
    connection: ConnectionOptions,
    *,
    on_exchange: Callable[[Exchange], None],
    on_read: Callable[[int], None],
    stop: Stop = never,
) -> PhotoServer:
    """Connect to a server, and read its version. Returns the server.

    `stop` is asked before each request whether to end; then the request raises Stopped. Raises ServerError, and
    ConfigurationError for a bad address.
    """
    stamina.instrumentation.set_on_retry_hooks([])  # our own log has every attempt
    http = Http(
        _address(settings, connection),
        settings.key,
        headers=merged(connection.usual_headers, settings.headers, connection.headers),
        concurrency=connection.concurrency,
        time_outs=TimeOuts(
            read=connection.seconds,
            answer=3 * connection.seconds,
            tries=4 * connection.seconds,
            hint=min(connection.seconds, HINT_TIME_OUT),
        ),
        on_exchange=on_exchange,
        stop=stop,
    )
    try:
        return ImmichServer(http, concurrency=connection.concurrency, on_read=on_read)
    except ServerError as error:
        base = page_base(settings.server)
        page = f" That may be the address of a page; the server's own is probably {base}." if base else ""
        also = f" {' '.join(f'{note}.' for note in settings.notes)}" if settings.notes else ""
        error.hint = f"{error.hint or ''} The address is that of {settings.server_origin}.{page}{also}".strip()
        raise


def _address(settings: Settings, connection: ConnectionOptions) -> Address:
    try:
        address = Address.parse(settings.server, connection.ca_file)
        if connection.client_cert is not None or settings.client_cert is None:
            client_cert, client_key = connection.client_cert, connection.client_key
        else:
            client_cert, client_key = settings.client_cert, settings.client_key
        address = replace(address, client_cert=client_cert, client_key=client_key)
    except ValueError as error:
        raise ConfigurationError((Problem(settings.server_origin, str(error)),)) from None
    try:
        is_there = connection.ca_file is None or connection.ca_file.is_file()
    except OSError:
        is_there = False  # perhaps in a folder that this user may not read
    if not is_there:
        raise ConfigurationError((Problem("--ca", f"no such file: {connection.ca_file}"),))
    return address
