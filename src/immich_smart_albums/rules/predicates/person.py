"""A predicate on people: a named person is on the asset."""

from __future__ import annotations

from dataclasses import dataclass, field

from immich_smart_albums.rules.reach import TIMELINE_ONLY, Reach


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """Somebody with this name or id is on the asset. Several people may share the name: any of them counts.

    The name is resolved to ids before anything is searched (`operations.resolve`).
    """

    who: str
    label: str = field(default="", compare=False)
    reach: Reach = TIMELINE_ONLY
    """Where the person is looked for."""
