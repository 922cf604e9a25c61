"""Late rules: they depend on faces, content or text, which Immich finds out some time after the upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.rules.tree import EntityKind, Filter, Reference, Search, leaves
from immich_smart_albums.selection.stages import when_failed, when_matched, when_missing, when_passed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Leaf

LATE = frozenset({Stage.EMBEDDING, Stage.FACES, Stage.TEXT})


def late_rules(albums: Iterable[AlbumRule]) -> frozenset[str]:
    """Returns the names of the rules that are not certain before Immich has processed a photo."""
    return frozenset(album.name for album in albums if any(map(_is_late, leaves(album.rule.match))))


def _is_late(leaf: Leaf) -> bool:
    match leaf:
        case Search():
            return bool((when_matched(leaf.query) | when_missing(leaf.query)) & LATE)
        case Filter():
            return bool((when_passed(leaf) | when_failed(leaf)) & LATE)
        case Reference():
            return leaf.kind is EntityKind.PERSON
