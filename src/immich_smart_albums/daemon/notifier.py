"""Sends messages about runs to the targets of the rules file: the adapter of the loop's `Notifier`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_smart_albums.config.settings import Variables
from immich_smart_albums.daemon.messages.message import digest, messages_of, recovery, summary, trouble
from immich_smart_albums.daemon.messages.outbox import Ping
from immich_smart_albums.daemon.messages.receivers import receivers_of
from immich_smart_albums.daemon.state import Tally
from immich_smart_albums.rules.album import MessageService

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.daemon.messages.message import Message
    from immich_smart_albums.daemon.messages.receivers import Receiver
    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.ports import Runner
    from immich_smart_albums.daemon.state import DaemonStateFile
    from immich_smart_albums.session.options import SessionOptions


class MessageNotifier:
    """Puts messages into the outbox. Secrets are read for each message, so that new ones count at once."""

    def __init__(
        self,
        runner: Runner,
        state: DaemonStateFile,
        log: Log,
        options: SessionOptions,
        clock: Callable[[], float],
    ) -> None:
        """Nothing is sent before `send` is set, which takes a receiver and a message."""
        self.send: Callable[[Receiver, Message | Ping], None] = _to_nobody
        self._runner = runner
        self._state = state
        self._log = log
        self._options = options
        self._clock = clock

    def started(self, run: str) -> None:
        """Notify healthchecks of the start of a run."""
        for receiver in self._receivers():
            if receiver.target.service is MessageService.HEALTHCHECKS:
                self.send(receiver, Ping("start", run))

    def ended(self, run: str, outcome: RunOutcome, news: Collection[str], offers: Mapping[str, str]) -> None:
        """Notify of the outcome of a run."""
        for receiver in self._receivers():
            if receiver.target.service is MessageService.HEALTHCHECKS:
                self.send(receiver, Ping(str(outcome.exit_code), run, summary(outcome)))
            else:
                self._send(receiver, messages_of(outcome, receiver.target.events, news=news, offers=offers))

    def recovered(self) -> None:
        """Notify that all problems are gone."""
        for receiver in self._receivers_of_messages():
            self._send(receiver, recovery(receiver.target.events))

    def trouble(self, text: str) -> None:
        """Notify of a problem outside of any run."""
        for receiver in self._receivers_of_messages():
            self._send(receiver, trouble(text, receiver.target.events))

    def digests(self) -> None:
        """Send the digests that are due, and begin to count anew for them."""
        runner, now = self._runner, datetime.fromtimestamp(self._clock(), UTC)
        wanted = {
            f"{place} {target.service.value}": target
            for place, target in enumerate(runner.rules.notify)
            if target.digest is not None
        }
        tallies = self._state.now.tallies
        if not wanted.keys() | tallies.keys():
            return
        fresh = Tally(now.isoformat(timespec="seconds"))
        digests = {name: tallies.get(name, fresh) for name in wanted}
        for name, target in wanted.items():
            since = min(datetime.fromisoformat(digests[name].since), now)
            due = target.digest.next(since, runner.zone) if target.digest else None
            if due is not None and due <= now:
                for receiver in self._receivers():
                    if receiver.target is target:
                        self._send(receiver, [digest(digests[name], self._state.now.failing)])
                digests[name] = fresh
        if digests != tallies:
            self._state.change(tallies=digests)

    def on_result(self, name: str, why: str | None) -> None:
        """Record whether a message could be sent, for health checks and for the next message."""
        if self._state.now.message_failures.get(name) == why:
            return
        if why is not None:
            self._log.warning("message.failed", f"{name}: {why}")
        self._state.alter(lambda state: {"message_failures": _with_failure(state.message_failures, name, why)})

    def _send(self, receiver: Receiver, messages: Iterable[Message]) -> None:
        for message in messages:
            others = {name: why for name, why in self._state.now.message_failures.items() if name != receiver.name}
            failed = tuple(f"(messages to {name} are not sent: {why})" for name, why in others.items())
            self.send(receiver, replace(message, lines=(*message.lines, *failed)))

    def _receivers_of_messages(self) -> Iterator[Receiver]:
        return (
            receiver for receiver in self._receivers() if receiver.target.service is not MessageService.HEALTHCHECKS
        )

    def _receivers(self) -> tuple[Receiver, ...]:
        targets = self._runner.rules.notify
        if not targets:
            return ()
        receivers, failures = receivers_of(targets, Variables.read(self._options.environment, self._options.folder))
        for name, why in failures.items():
            self.on_result(name, why)
        return receivers


def _to_nobody(receiver: Receiver, message: Message | Ping) -> None:
    del receiver, message


def _with_failure(failures: Mapping[str, str], name: str, why: str | None) -> dict[str, str]:
    others = {other: text for other, text in failures.items() if other != name}
    return others if why is None else {**others, name: why}
