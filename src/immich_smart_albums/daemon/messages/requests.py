"""The HTTP request for a message, as each service wants it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from immich_smart_albums.rules.album import MessageService

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.daemon.messages.message import Message
    from immich_smart_albums.daemon.messages.receivers import Receiver

JSON_VERSION = 1
"""The version of the JSON for plain URLs. It grows when a field changes its meaning or goes away."""

LARGEST_PING = 100_000
"""Bytes of a body that healthchecks stores."""

_PRIORITY = {"problems": 4, "refusals": 4, "changes": 2, "digest": 2, "recovery": 3}
_TAGS = {
    "problems": ["warning"],
    "refusals": ["raised_hand"],
    "changes": ["framed_picture"],
    "digest": ["bar_chart"],
    "recovery": ["white_check_mark"],
}


@dataclass(frozen=True, slots=True)
class Request:
    """One POST request."""

    url: str = field(repr=False)
    body: bytes
    headers: Mapping[str, str] = field(repr=False)


def request_of(message: Message, receiver: Receiver) -> Request:
    """Returns the request for ntfy or a plain URL. Raises ValueError for a wrong address."""
    if receiver.target.service is MessageService.NTFY:
        return _ntfy(message, receiver)
    body = {
        "version": JSON_VERSION,
        "event": message.kind,
        "title": message.title,
        "message": message.body,
        "url": message.click,
        "actions": [{"label": action.label, "url": action.url} for action in message.actions],
        **message.facts,
    }
    headers = {name: value.reveal() for name, value in receiver.headers.items()}
    return Request(_checked(receiver), _encoded(body), {"Content-Type": "application/json", **headers})


def ping_of(receiver: Receiver, what: str, run: str, text: str = "") -> Request:
    """Returns the request that reports the start or the exit code of a run to healthchecks. Raises ValueError."""
    parts = urlsplit(_checked(receiver))
    query = "&".join(filter(None, [parts.query, f"rid={run}"]))
    url = urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{what}", query=query))
    return Request(url, text.encode()[:LARGEST_PING], {"Content-Type": "text/plain; charset=utf-8"})


def _ntfy(message: Message, receiver: Receiver) -> Request:
    """Returns a request with JSON to the server's root: headers cannot hold every title."""
    parts = urlsplit(_checked(receiver))
    before, _, topic = parts.path.rstrip("/").rpartition("/")
    if not topic:
        message_ = "the address has no topic, as in https://ntfy.sh/my-topic"
        raise ValueError(message_)
    body: dict[str, object] = {
        "topic": topic,
        "title": message.title,
        "message": message.body,
        "priority": _PRIORITY[message.kind],
        "tags": _TAGS[message.kind],
    }
    if message.click:
        body["click"] = message.click
    if message.actions:
        body["actions"] = [{"action": "view", "label": action.label, "url": action.url} for action in message.actions]
    headers = {name: value.reveal() for name, value in receiver.headers.items()}
    if receiver.token is not None:
        headers["Authorization"] = f"Bearer {receiver.token.reveal()}"
    url = urlunsplit(parts._replace(path=f"{before}/", query=""))
    return Request(url, _encoded(body), {"Content-Type": "application/json", **headers})


def _checked(receiver: Receiver) -> str:
    address = receiver.address.reveal()
    if urlsplit(address).scheme not in {"http", "https"} or not urlsplit(address).netloc:
        message = "its address does not begin with https:// or http://"
        raise ValueError(message)
    return address


def _encoded(body: object) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
