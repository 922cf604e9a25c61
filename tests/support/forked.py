"""Processes of the tool that need not start: forks of one that has imported everything, a tenth of the work.

From there on they are as any other: a number, signals, a folder, an environment, streams and an end of their own.
What happens before `main` is the same for all of them, and tested once, by those that are really started.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LARGEST_REQUEST = 200_000
_NUMBER = struct.Struct("<i")


class Forked:
    """A process that runs one command line once it may `go`; what tests use of `subprocess.Popen`."""

    def __init__(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        *,
        terminal: int | None = None,
    ) -> None:
        """`terminal`: what it reads from, and writes its messages to."""
        self.args = list(arguments)
        self.returncode: int | None = None
        self._status, status = socket.socketpair()
        out, out_of_it = os.pipe()
        err, err_of_it = os.pipe()
        self.stdout, self.stderr = os.fdopen(out, encoding="utf-8"), os.fdopen(err, encoding="utf-8")
        streams = [status.fileno(), out_of_it, err_of_it] + ([] if terminal is None else [terminal])
        request = {"arguments": self.args, "folder": str(folder), "environment": dict(environment)}
        socket.send_fds(_server(), [json.dumps(request).encode()], streams)
        (self.pid,) = _NUMBER.unpack(self._status.recv(_NUMBER.size))
        status.close()
        os.close(out_of_it)
        os.close(err_of_it)

    def go(self) -> None:
        """Let it run: whoever is asked by it may then know of it."""
        self._status.send(b"!")

    def poll(self) -> int | None:
        """Returns how it ended. None while it runs."""
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float = 300) -> int:
        """Returns how it ended. Raises TimeoutExpired."""
        if self.returncode is None:
            if not select.select([self._status], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(self.args, timeout)
            (self.returncode,) = _NUMBER.unpack(self._status.recv(_NUMBER.size))
            self._status.close()
        assert self.returncode is not None
        return self.returncode

    def communicate(self, timeout: float = 300) -> tuple[str, str]:
        """Read to the end of both streams, and wait for that of the process. Raises TimeoutExpired."""
        texts = {}

        def read(stream: IO[str]) -> None:
            with stream:
                texts[stream] = stream.read()

        readers = [
            threading.Thread(target=read, args=(stream,), daemon=True)
            for stream in (self.stdout, self.stderr)
            if not stream.closed
        ]
        for reader in readers:
            reader.start()
        self.wait(timeout)
        for reader in readers:
            reader.join(timeout)
        return texts.get(self.stdout, ""), texts.get(self.stderr, "")

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, unless the process has ended; also while another thread waits for that."""
        if self.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@functools.cache
def _server() -> socket.socket:
    """The other end of the process that forks."""
    ours, theirs = socket.socketpair()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(theirs.fileno())],
            stdout=subprocess.PIPE,  # nobody writes to it; so a fork knows that its own one is no file
            pass_fds=[theirs.fileno()],
            env=variables,
        )

    def end() -> None:
        ours.close()
        process.communicate()

    atexit.register(end)
    return ours


def _serve(requests: socket.socket) -> None:
    """Fork once for each request. Returns only in the fork, as the process that was asked for, or at the end of all."""
    while True:
        message, descriptors, *_ = socket.recv_fds(requests, LARGEST_REQUEST, 4)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:  # those who watched, and with them what all that cost
                pass
        if not message:
            sys.exit(0)
        if os.fork() == 0:
            requests.close()
            _become(json.loads(message), *descriptors)
            return
        for descriptor in descriptors:
            os.close(descriptor)


def _become(request: dict[str, object], status: int, out: int, err: int, terminal: int | None = None) -> None:
    """Watch a fork of ours until its end. Returns only in that fork, which then has all that was asked for."""
    pid = os.fork()
    if pid:
        for descriptor in filter(None, (out, err, terminal)):
            os.close(descriptor)
        os.write(status, _NUMBER.pack(pid))
        os.write(status, _NUMBER.pack(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
        os._exit(0)
    os.read(status, 1)
    os.close(status)
    streams = {1: out, 2: err} if terminal is None else {0: terminal, 1: out, 2: terminal}
    for place, stream in streams.items():
        os.dup2(stream, place)
    os.closerange(3, max(out, err, terminal or 0) + 1)
    arguments, folder, environment = request["arguments"], request["folder"], request["environment"]
    assert isinstance(arguments, list)
    assert isinstance(folder, str)
    assert isinstance(environment, dict)
    sys.argv[1:] = arguments
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()


def _import_all() -> None:
    for package in ("immich_smart_albums", "immich_sandbox"):
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)
    importlib.import_module("uvicorn.protocols.http.h11_impl")
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    from immich_smart_albums.cli.main import main

    _import_all()
    assert threading.active_count() == 1  # of a fork only one goes on
    _serve(socket.socket(fileno=int(sys.argv[1])))
    main()
