r"""A predicate that we answer ourselves: JSONPath and regular expression on the asset's metadata.

`{"path": "$.exifInfo.make", "regex": "Apple", "description": "Apple phones"}`: the expression is searched, not
anchored, without regard to case, in each value that the path yields, as text. Without an expression the path must
yield something that is not null.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.jsonpath import PathError
from immich_smart_albums.rules.pattern import PatternTimeout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.jsonpath import Path
    from immich_smart_albums.rules.pattern import Pattern


@dataclass(frozen=True, slots=True)
class LocalFilter:
    """One entry of a local filter file."""

    path: Path
    pattern: Pattern | None
    description: str = field(compare=False)
    label: str = field(default="", compare=False)

    def holds(self, asset: Mapping[str, object]) -> bool:
        """Whether the asset, as decoded from JSON, passes.

        Raises FilterError when that cannot be told: the expression takes too long on a value.
        """
        try:
            values = self.path.values(asset)
            if self.pattern is None:
                return any(value is not None for value in values)
            return any(map(self.pattern.matches, values))
        except (PathError, PatternTimeout) as error:
            message = f"{self.label}: the filter {self.description!r} failed on asset {asset.get('id')}: {error}"
            hint = "Write it simpler; in an expression avoid repetition inside repetition, such as (a+)+."
            raise FilterError(message, hint=hint) from None
