"""A session of flags against a sandbox, as the command line opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.session.events import Detail, Event
from immich_smart_albums.session.flag_session import FlagSession
from immich_smart_albums.session.options import FlagOptions

if TYPE_CHECKING:
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.rules.album import Target
    from immich_smart_albums.rules.tree import Rule


def flag_session(
    url: str,
    key: str,
    rule: Rule | None,
    target: Target | None = None,
    problems: tuple[Problem, ...] = (),
    said: list[str] | None = None,
) -> FlagSession:
    """Everything that can be checked ahead is checked; `said` gets what --verbose shows."""

    def listen(event: Event) -> None:
        if said is not None and isinstance(event, Detail):
            said.append(event.text)

    session = FlagSession(FlagOptions({}, server=url, key=key, problems=problems), rule, target, listen)
    session.check_ahead()
    return session
