"""Signals of processes that tests start."""

from __future__ import annotations

import signal

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def let_processes_hear() -> None:
    """Let processes that tests start hear signals, also if this one was told to ignore them.

    A shell starts what it runs in the background so that Ctrl-C is ignored, `nohup` that a hangup is. Processes inherit
    that, but no handler: so one that does nothing is as good for this process, and for others signals count again.
    """
    for number in ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, lambda *_: None)
