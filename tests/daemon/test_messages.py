"""Messages about runs: what they say, whom they reach, and that nobody waits for them."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.settings import Variables
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.messages import outbox as outbox_module
from immich_smart_albums.daemon.messages.message import MOST_LINES, Message, digest, messages_of, summary
from immich_smart_albums.daemon.messages.outbox import MOST, Outbox, Ping
from immich_smart_albums.daemon.messages.receivers import Receiver, receivers_of
from immich_smart_albums.daemon.messages.requests import ping_of, request_of
from immich_smart_albums.daemon.notifier import MessageNotifier
from immich_smart_albums.daemon.outcome import AlbumOutcome, RunOutcome
from immich_smart_albums.daemon.state import DaemonStateFile, Tally
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.rules.album import Event, MessageService, NotifyTarget, ValueSource
from immich_smart_albums.session.options import SessionOptions
from tests.support.daemon_world import World
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALBUMS = "albums: [{name: Emma, match: {person: Emma}}]\n"
ID = "bb8ee34a-a22d-4bb9-aa67-d394353a06c0"
CHANGED = AlbumOutcome("Emma", "Emma", ID, added=12, removed=1, has_changed=True)
FAILED = AlbumOutcome("Noah", "Noah", problems=("nobody is named so",))
REFUSED = AlbumOutcome("Cats", "Cats", ID, refusals=("too much",), plan_name="Cats", fingerprint="f")
OUTCOME = RunOutcome((CHANGED, FAILED, REFUSED), exit_code=4, run=7, base="https://photos.example.org")
NEWS = ("Noah: nobody is named so", "Cats: too much")


@dataclass
class Inbox:
    """A server that takes messages."""

    url: str = ""
    status: int = 200
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    is_slow: threading.Event = field(default_factory=threading.Event)


SLOW = 120.0
"""Seconds that a slow receiver takes."""


@contextmanager
def inbox() -> Iterator[Inbox]:
    box = Inbox()
    box.is_slow.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            box.requests.append((self.path, {name.lower(): text for name, text in self.headers.items()}, body))
            box.is_slow.wait(SLOW)
            self.send_response(box.status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield box
    finally:
        box.is_slow.set()
        server.shutdown()
        server.server_close()


@pytest.fixture(name="inbox")
def _inbox() -> Iterator[Inbox]:
    with inbox() as box:
        yield box


def receiver(service: MessageService, address: str, token: str | None = None) -> Receiver:
    target = NotifyTarget(service, ValueSource(address))
    return Receiver(service.value, target, Secret(address), None if token is None else Secret(token))


def messages_for(*events: Event, news: tuple[str, ...] = NEWS, offers: dict[str, str] | None = None) -> list[Message]:
    return list(messages_of(OUTCOME, events, news=news, offers=offers or {}))


def test_each_hears_what_it_wants_to_hear() -> None:
    assert [message.kind for message in messages_for(*Event)] == ["problems", "refusals", "changes"]
    assert [message.kind for message in messages_for(Event.CHANGES)] == ["changes"]
    assert messages_for() == []


def test_what_was_told_already_is_not_told_again() -> None:
    assert [message.kind for message in messages_for(*Event, news=())] == ["changes"]


def test_a_message_leads_to_the_album_and_to_leave_given_once() -> None:
    (refused,) = messages_for(Event.REFUSALS, offers={"Cats": "http://nas/allow/T"})
    assert refused.click == f"https://photos.example.org/albums/{ID}"
    assert [(action.label, action.url) for action in refused.actions] == [("Allow once", "http://nas/allow/T")]
    (changed,) = messages_for(Event.CHANGES)
    assert changed.title == "Albums: 12 added, 1 taken out"
    assert changed.lines == ("Emma: 12 added, 1 taken out",)


def test_a_run_that_is_refused_as_a_whole_is_told() -> None:
    outcome = RunOutcome(refusals=("all albums together: too much",), exit_code=4)
    (message,) = messages_of(outcome, [Event.REFUSALS], news=outcome.refusals, offers={})
    assert message.lines == outcome.refusals


def test_long_messages_end_somewhere() -> None:
    message = Message("problems", "Many", tuple(map(str, range(MOST_LINES + 5))))
    assert message.body.splitlines()[-1] == "… and 5 more"


def test_a_digest_sums_up() -> None:
    message = digest(Tally("2026-11-19T08:00:00+00:00", 7, 1, {"Emma": 12}, {"Emma": 1}), {"Noah": "nobody"})
    assert message.title == "Albums: 12 added, 1 taken out"
    assert message.lines == ("7 runs since 2026-11-19, 1 with problems", "Emma: 12 added, 1 taken out", "Noah: nobody")


def test_ntfy_gets_json_with_title_tags_click_and_actions() -> None:
    (message,) = messages_for(Event.REFUSALS, offers={"Cats": "http://nas/allow/T"})
    request = request_of(
        message, receiver(MessageService.NTFY, "https://ntfy.example.org/base/cats", token="tk_secret")
    )
    assert request.url == "https://ntfy.example.org/base/"
    assert request.headers["Authorization"] == "Bearer tk_secret"
    assert "secret" not in repr(request)
    assert json.loads(request.body) == {
        "topic": "cats",
        "title": "Cats: changes were refused",
        "message": "too much",
        "priority": 4,
        "tags": ["raised_hand"],
        "click": f"https://photos.example.org/albums/{ID}",
        "actions": [{"action": "view", "label": "Allow once", "url": "http://nas/allow/T"}],
    }


def test_a_url_gets_json_with_a_version() -> None:
    (message,) = messages_for(Event.CHANGES)
    body = json.loads(request_of(message, receiver(MessageService.URL, "https://example.org/hook?x=1")).body)
    assert (body["version"], body["event"], body["run"], body["added"]) == (1, "changes", 7, 12)
    assert body["albums"][1] == {
        "name": "Noah", "id": None, "added": 0, "removed": 0, "waiting": 0,
        "problems": ["nobody is named so"], "refusals": [],
    }  # fmt: skip


def test_healthchecks_gets_start_and_exit_code_of_one_run() -> None:
    start = ping_of(receiver(MessageService.HEALTHCHECKS, "https://hc-ping.com/uuid?x=1"), "start", "R")
    assert start.url == "https://hc-ping.com/uuid/start?x=1&rid=R"
    end = ping_of(receiver(MessageService.HEALTHCHECKS, "https://hc-ping.com/uuid/"), "4", "R", summary(OUTCOME))
    assert end.url == "https://hc-ping.com/uuid/4?rid=R"
    assert end.body.decode().splitlines() == [
        "3 albums, 12 added, 1 taken out, 1 failed, 1 refused",
        "Emma: 12 added, 1 taken out",
        "Noah: nobody is named so",
        "Cats: too much",
    ]


@pytest.mark.parametrize("address", ["ntfy.sh/x", "ftp://x/y", "https:///x", "https://ntfy.sh/"])
def test_an_address_that_is_none_is_told_without_showing_it(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        request_of(Message("problems", "x", ()), receiver(MessageService.NTFY, address))


# -- sending ----------------------------------------------------------------------------------------------------------


class Results:
    def __init__(self) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.pauses: list[float] = []

    def add(self, name: str, why: str | None) -> None:
        self.seen.append((name, why))

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)


MESSAGE = Message("problems", "T", ("text",))


def test_messages_are_sent_in_order(inbox: Inbox) -> None:
    results = Results()
    outbox = Outbox(results.add, wait=results.pause)
    outbox.put(receiver(MessageService.NTFY, f"{inbox.url}/topic"), MESSAGE)
    outbox.put(receiver(MessageService.HEALTHCHECKS, f"{inbox.url}/ping"), Ping("0", "R", "fine"))
    outbox.close()
    assert [path for path, _, _ in inbox.requests] == ["/", "/ping/0?rid=R"]
    assert results.seen == [("ntfy", None), ("healthchecks", None)]


@pytest.mark.parametrize(("status", "tries"), [(401, 1), (302, 1), (429, 3), (500, 3)])
def test_what_may_pass_is_tried_again(inbox: Inbox, status: int, tries: int) -> None:
    inbox.status, results = status, Results()
    outbox = Outbox(results.add, wait=results.pause)
    outbox.put(receiver(MessageService.URL, inbox.url), MESSAGE)
    outbox.close()
    assert len(inbox.requests) == tries
    assert len(results.pauses) == tries - 1
    assert results.seen == [("url", f"it was answered with {status}")]


def test_nobody_there_and_a_wrong_address_are_told_without_the_address() -> None:
    results = Results()
    outbox = Outbox(results.add, wait=results.pause)
    outbox.put(receiver(MessageService.URL, "http://127.0.0.1:9/secret"), MESSAGE)
    outbox.put(receiver(MessageService.NTFY, "http://"), MESSAGE)
    outbox.close()
    assert [name for name, _ in results.seen] == ["url", "ntfy"]
    assert "no answer" in (results.seen[0][1] or "")
    assert "secret" not in str(results.seen)


def test_a_slow_receiver_holds_up_nobody(inbox: Inbox) -> None:
    inbox.is_slow.clear()
    results = Results()
    outbox = Outbox(results.add, wait=results.pause)
    started = time.monotonic()
    for _ in range(MOST + 5):
        outbox.put(receiver(MessageService.URL, inbox.url), MESSAGE)
    outbox.close(0.01)
    assert time.monotonic() - started < SLOW / 2
    assert ("url", "they come faster than they can be sent") in results.seen


def test_apprise_is_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []

    class Sender:
        def add(self, address: str) -> bool:
            return address.startswith("json://")

        def notify(self, **text: str) -> bool:
            sent.append(text)
            return "fails" not in text["title"]

    class Library:
        Apprise = Sender

    results = Results()
    apprise = receiver(MessageService.APPRISE, "json://host")

    def send(*messages: tuple[Receiver, Message | Ping]) -> None:
        outbox = Outbox(results.add, wait=results.pause)
        for whom, message in messages:
            outbox.put(whom, message)
        outbox.close()

    monkeypatch.setattr(outbox_module, "import_module", _missing)
    send((apprise, MESSAGE))
    monkeypatch.setattr(outbox_module, "import_module", lambda _name: Library)
    (refused,) = messages_for(Event.REFUSALS, offers={"Cats": "http://nas/allow/T"})
    send(
        (apprise, refused),
        (receiver(MessageService.APPRISE, "nothing"), MESSAGE),
        (apprise, Message("problems", "it fails", ())),
        (apprise, Ping("start", "R")),
    )
    monkeypatch.setattr(outbox_module, "import_module", _broken)
    send((apprise, MESSAGE))
    assert [why for _, why in results.seen] == [
        "apprise is not installed: pip install apprise",
        None,
        "apprise does not know this kind of address",
        "apprise could not send it",
        None,
        "RuntimeError",
    ]
    assert "Allow once: http://nas/allow/T" in str(sent[0])


def _missing(name: str) -> object:
    raise ImportError(name)


def _broken(name: str) -> object:
    raise RuntimeError(name)


# -- secrets ----------------------------------------------------------------------------------------------------------


def test_addresses_and_tokens_come_from_variables_and_files(tmp_path: Path) -> None:
    (tmp_path / "topic").write_text("https://ntfy.sh/hidden\n")
    (tmp_path / "empty").write_text("\n")
    rules = book(
        "notify:\n"
        f"  - {{ntfy: {{file: {tmp_path}/topic}}, token: {{env: TOKEN}}}}\n"
        "  - {url: {env: MISSING}}\n"
        f"  - {{url: {{file: {tmp_path}/empty}}}}\n"
        f"  - {{url: {{file: {tmp_path}/nothing}}}}\n"
        "  - {url: https://example.org, headers: {X-Login: {env: MISSING}}}\n" + ALBUMS
    )
    receivers, failures = receivers_of(rules.notify, Variables((("the environment", {"TOKEN": "tk_1"}),)))
    (ntfy,) = receivers
    assert (ntfy.address.reveal(), ntfy.token and ntfy.token.reveal()) == ("https://ntfy.sh/hidden", "tk_1")
    assert ntfy.name == "ntfy at 1.yaml:2:5"
    assert [why.replace(f"{tmp_path}/", "") for why in failures.values()] == [
        "the variable MISSING is not set",
        "empty is empty",
        "cannot read nothing: No such file or directory",
        "the variable MISSING for the header X-Login is not set",
    ]
    assert "hidden" not in repr(ntfy)


# -- a run is told of -------------------------------------------------------------------------------------------------

RULES = (
    """
notify:
  - {ntfy: https://ntfy.sh/x, events: [problems, changes], digest: weekly}
  - {healthchecks: https://hc-ping.com/uuid}
  - {url: {env: NOWHERE}}
"""
    + ALBUMS
)


class SentMessages:
    def __init__(self, folder: Path) -> None:
        self.world = World(folder, RULES)
        self.state = DaemonStateFile(folder / "daemon.json", print)
        self.log = StringIO()
        log = Log(self.log, lambda: datetime.fromtimestamp(self.world.now, UTC))
        options = SessionOptions({}, date(2026, 1, 1), folder=folder)
        self.notifier = MessageNotifier(self.world, self.state, log, options, lambda: self.world.now)
        self.sent: list[tuple[str, Message | Ping]] = []
        self.notifier.send = self.note

    def note(self, to: Receiver, message: Message | Ping) -> None:
        self.sent.append((to.target.service.value, message))


def test_a_run_is_told_to_each_and_failures_with_the_next_message(tmp_path: Path) -> None:
    inbox = SentMessages(tmp_path)
    inbox.notifier.started("R")
    inbox.notifier.ended("R", OUTCOME, NEWS, {})
    assert [(name, getattr(message, "kind", "ping")) for name, message in inbox.sent] == [
        ("healthchecks", "ping"),
        ("ntfy", "problems"),
        ("ntfy", "changes"),
        ("healthchecks", "ping"),
    ]
    problems = inbox.sent[1][1]
    assert isinstance(problems, Message)
    assert problems.lines[-1] == "(messages to url at 1.yaml:5:5 are not sent: the variable NOWHERE is not set)"
    assert inbox.log.getvalue().count("message.failed") == 1
    inbox.notifier.trouble("something")
    inbox.notifier.recovered()
    assert [getattr(message, "kind", "ping") for _, message in inbox.sent[4:]] == ["problems", "recovery"]


def test_failures_are_kept_until_a_message_is_sent(tmp_path: Path) -> None:
    inbox = SentMessages(tmp_path)
    inbox.notifier.on_result("ntfy", "401")
    inbox.notifier.on_result("ntfy", "401")
    assert inbox.state.now.message_failures == {"ntfy": "401"}
    inbox.notifier.on_result("ntfy", None)
    inbox.notifier.on_result("ntfy", None)
    assert inbox.state.now.message_failures == {}


def test_a_digest_comes_once_a_week_and_counts_from_then_on(tmp_path: Path) -> None:
    inbox = SentMessages(tmp_path)
    inbox.notifier.digests()
    (name,) = inbox.state.now.tallies
    inbox.state.change(tallies={name: Tally(inbox.state.now.tallies[name].since, 3, 0, {"Emma": 2})})
    for _ in range(8):
        inbox.world.now += 86400
        inbox.notifier.digests()
    digests = [message for _, message in inbox.sent if isinstance(message, Message)]
    assert [message.kind for message in digests] == ["digest"]
    assert digests[0].title == "Albums: 2 added, 0 taken out"
    assert inbox.state.now.tallies[name].runs == 0
    inbox.world.use(ALBUMS)
    inbox.notifier.digests()
    assert inbox.state.now.tallies == {}
    inbox.notifier.digests()
    inbox.notifier.started("R")
