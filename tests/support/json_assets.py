"""An asset with all that paths can lead through."""

from __future__ import annotations

from typing import Any

ASSET: dict[str, Any] = {
    "id": "1",
    "type": "IMAGE",
    "isFavorite": True,
    "exifInfo": {"make": "Apple", "model": None, "iso": 100, "a b": "spaced", "lens-id": "hyphen"},
    "people": [
        {"id": "p1", "name": "Anna", "isHidden": False, "faces": [{"x": 1}, {"x": 2}]},
        {"id": "p2", "name": "Ben", "isHidden": True, "faces": []},
        {"id": "p3", "name": 'it\'s "Emma"', "isHidden": False},
    ],
    "tags": [],
}
