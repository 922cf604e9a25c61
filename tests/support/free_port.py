"""Ports for servers that are told theirs."""

from __future__ import annotations

import random
import socket

_OWN = range(20_000, 32_000)
"""Below those that a system hands out by itself: no server on "any port" takes one of these in the meantime."""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    for port in random.SystemRandom().sample(_OWN, 100):
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no port is free")
