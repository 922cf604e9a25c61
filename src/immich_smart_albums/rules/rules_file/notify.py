"""Reads `notify`: the targets of messages about runs.

Problems with addresses and tokens are noted without the line, since a secret may stand on it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.span import problem_at
from immich_smart_albums.rules.album import USUAL_EVENTS, Event, MessageService, NotifyTarget, ValueSource
from immich_smart_albums.rules.rules_file.headers import read_headers
from immich_smart_albums.rules.rules_file.keywords import NOTIFY
from immich_smart_albums.rules.rules_file.schedule import read_schedule
from immich_smart_albums.rules.schedule import parse_schedule
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, name_of

if TYPE_CHECKING:
    from immich_smart_albums.rules.schedule import Schedule
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

DIGESTS = {"daily": "daily 08:00", "weekly": "weekly mon 08:00", "monthly": "monthly 1 08:00"}
"""The schedule of a digest that is one word."""

_ADDRESS = re.compile(r"https?://(?P<login>[^/?#\s]*@)?[^/?#\s@]+([/?#]\S*)?", re.IGNORECASE)
_SERVICES = {service.value: service for service in MessageService}
_NO_ADDRESS = "an address that begins with https:// or http:// is expected here"
_LOGIN = "an address with a password in it is a secret"
_SOURCE_HINT = "Write the address, {env: VARIABLE} or {file: /run/secrets/name}."
_ELSEWHERE_HINT = "Write {env: VARIABLE} or {file: /run/secrets/name}; the secret itself has no place in a rules file."


def read_notify(value: ValueNode, reader: Reader) -> tuple[NotifyTarget, ...]:
    """Returns the targets; those with problems, which are noted, are left out."""
    targets = [_read_target(entry, reader) for entry in reader.elements(value, "a target for messages") or ()]
    return tuple(target for target in targets if target)


def _read_target(value: ValueNode, reader: Reader) -> NotifyTarget | None:
    before = len(reader.diagnostics.problems)
    if not isinstance(value, MappingNode):
        hint = "Write - ntfy: https://ntfy.sh/my-topic, or another of url, healthchecks and apprise."
        reader.problem(value, f"a target for messages is expected here, a mapping, not {name_of(value)}", hint=hint)
        return None
    words = reader.known_entries(value, NOTIFY, "a target for messages")
    services = [word for word in words if word in _SERVICES]
    if len(services) != 1:
        message = "a target for messages is one of url, ntfy, healthchecks and apprise"
        reader.problem(value, message, hint="Make an entry of its own for each.")
        return None
    service = _SERVICES[services[0]]
    address = _read_source(words[service.value], reader, is_secret=service is MessageService.APPRISE)
    events = _read_events(words["events"], reader) if "events" in words else USUAL_EVENTS
    digest = _read_digest(words["digest"], reader) if "digest" in words else None
    token = _read_source(words["token"], reader, is_secret=True) if "token" in words else None
    headers = read_headers(words["headers"], reader) if "headers" in words else ()
    _check_fit(service, words, reader)
    if address is None or len(reader.diagnostics.problems) > before:
        return None
    return NotifyTarget(service, address, events, digest, token, headers, value.span)


def _check_fit(service: MessageService, words: dict[str, ValueNode], reader: Reader) -> None:
    """Note words that have no meaning for a service."""
    fitting = {
        "events": set(MessageService) - {MessageService.HEALTHCHECKS},
        "digest": set(MessageService) - {MessageService.HEALTHCHECKS},
        "token": {MessageService.NTFY},
        "headers": {MessageService.URL, MessageService.NTFY},
    }
    for word, value in words.items():
        if word in fitting and service not in fitting[word]:
            message = f"{word} has no meaning for {service.value}"
            is_ping = service is MessageService.HEALTHCHECKS and word in {"events", "digest"}
            hint = "It hears of the start and the end of each run." if is_ping else "Leave it out."
            reader.problem(value, message, hint=hint)


def _read_events(value: ValueNode, reader: Reader) -> frozenset[Event]:
    names = [
        reader.choice(entry, [event.value for event in Event]) for entry in reader.elements(value, "an event") or ()
    ]
    return frozenset(Event(name) for name in names if name)


def _read_digest(value: ValueNode, reader: Reader) -> Schedule | None:
    text = value.text.strip() if isinstance(value, ScalarNode) else ""
    return parse_schedule(DIGESTS[text]) if text in DIGESTS else read_schedule(value, reader)


def _read_source(value: ValueNode, reader: Reader, *, is_secret: bool) -> ValueSource | None:
    """Returns a text, or the variable or file that has it. None with a problem noted, without the line."""
    words = {key.text: entry for key, entry in value.entries} if isinstance(value, MappingNode) else {}
    match words:
        case {"env": ScalarNode(text=text)} if len(words) == 1 and text.strip():
            return ValueSource(env=text.strip())
        case {"file": ScalarNode(text=text)} if len(words) == 1 and text.strip():
            return ValueSource(file=text.strip())
    wrong = "this is a secret" if is_secret else _why_no_address(value)
    if wrong is None:
        return ValueSource(getattr(value, "text", "").strip())
    hint = _SOURCE_HINT if wrong == _NO_ADDRESS else _ELSEWHERE_HINT
    reader.diagnostics.problems.append(problem_at(value.span, wrong, hint))
    return None


def _why_no_address(value: ValueNode) -> str | None:
    """Returns why a value is no address. None if it is one."""
    if not isinstance(value, ScalarNode):
        return _NO_ADDRESS
    address = _ADDRESS.fullmatch(value.text.strip())
    if address is None:
        return _NO_ADDRESS
    return _LOGIN if address["login"] else None
