"""Progress of a session, for pages that wait."""

from __future__ import annotations

from dataclasses import dataclass, field

from immich_smart_albums.session.events import AssetsRead, Event, Note


@dataclass(slots=True)
class Progress:
    """How many records were read, and the latest notes."""

    read: int = 0
    notes: list[str] = field(default_factory=list)

    def show(self, event: Event) -> None:
        """Take in an event of the session."""
        match event:
            case AssetsRead():
                self.read += event.count
            case Note():
                if event.text not in self.notes:
                    self.notes = [*self.notes[-20:], event.text]
            case _:
                pass
