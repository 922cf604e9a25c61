"""Problems that were found long after the files were read, shown with the line that they are about."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.rules.album import RuleSet

_PLACE = re.compile(r"(?P<file>.+):(?P<line>\d+):(?P<column>\d+)", re.DOTALL)


def located(problems: Iterable[Problem], book: RuleSet) -> tuple[Problem, ...]:
    """The problems, those at a place in the book's files with its line and a caret."""
    documents = {album.span.document.name: album.span.document for album in book.albums}
    shown = []
    for problem in problems:
        place = _PLACE.fullmatch(problem.where)
        document = documents.get(place["file"]) if place else None
        if place is None or document is None or problem.excerpt is not None:
            shown.append(problem)
            continue
        span = Span(document, int(place["line"]), int(place["column"]))
        shown.append(span.problem(problem.message, hint=problem.hint))
    return tuple(shown)
