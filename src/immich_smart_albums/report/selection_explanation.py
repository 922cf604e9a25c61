"""Explanations of a whole selection as JSON, for programs such as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import asset_json
from immich_smart_albums.report.envelope import envelope

if TYPE_CHECKING:
    from immich_smart_albums.selection.explain.selection import ExplainedPhoto, SelectionExplanation


def selection_explanation_json(explanation: SelectionExplanation, base: str) -> dict[str, object]:
    """Returns the leaves of the rule, and each photo with what they say of it, in their order."""
    return envelope(
        {
            "server": base,
            "lookedAt": explanation.looked_at,
            "leaves": [
                {
                    "text": leaf.text,
                    "where": leaf.origin,
                    "negated": leaf.is_negated,
                    "holding": leaf.holding,
                    "failing": leaf.failing,
                }
                for leaf in explanation.leaves
            ],
            "selected": [_photo(photo, base) for photo in explanation.selected],
            "cut": [_photo(photo, base) for photo in explanation.cut],
            "nearMisses": [
                {"leaf": number, "photos": [_photo(photo, base) for photo in photos]}
                for number, photos in explanation.near_misses.items()
            ],
        }
    )


def _photo(photo: ExplainedPhoto, base: str) -> dict[str, object]:
    return {
        "asset": asset_json(photo.asset, base),
        "verdicts": [verdict.value for verdict in photo.verdicts],
        "ranks": photo.ranks,
    }
