"""Searches in memory that answer what a test says, and plans made of queries and filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import as_condition, where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter
from immich_smart_albums.rules.tree import Filter, Node, Rule, Search
from immich_smart_albums.rules.values.regex import compile_pattern
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.selection.ports import Capabilities, SearchApi

WHOLE = Search(WHOLE_LIBRARY)


def city(name: str, limit: int | None = None) -> Search:
    """A metadata search."""
    return Search(Query(Kind.METADATA, where(city=name), limit=limit))


def person(*who: str) -> Search:
    """A search for photos of people."""
    return Search(Query(Kind.METADATA, where(personIds=who)))


def named(text: str) -> Search:
    """A search by file name."""
    return Search(Query(Kind.METADATA, where(originalFileName=text)))


def exactly(name: str, value: str | int) -> Filter:
    """A check on EXIF that a search answers just as well."""
    return Filter(
        f"{name} {value!r}",
        lambda record: _exif(record).get(name) == value,
        frozenset({f"exifInfo.{name}"}),
        lambda _: None,
        Query(Kind.METADATA, (as_condition(name, value),)),
        superset_is_exact=True,
    )


def _exif(record: Mapping[str, object]) -> Mapping[str, object]:
    result = record.get("exifInfo")
    return result if isinstance(result, dict) else {}


def smart(words: str, limit: int | None = 200) -> Search:
    """A smart search."""
    return Search(Query(Kind.SMART, where(query=words), limit=limit))


def local(path: str, regex: str | None = "x") -> Filter:
    """A local filter."""
    pattern = None if regex is None else compile_pattern(regex, timeout=1)
    return local_filter(compile_path(path), pattern, f"{path}:{regex}")


def record(asset_id: str, taken: str = "2024-01-01T00:00:00.000Z", **fields: object) -> dict[str, object]:
    """An asset as a search returns it."""
    return {"id": asset_id, "fileCreatedAt": taken, **fields}


def apple(asset_id: str, model: str = "") -> dict[str, object]:
    """A photo of an iPhone."""
    return record(asset_id, exifInfo={"make": "Apple", "model": model})


def canon(asset_id: str, model: str = "") -> dict[str, object]:
    """A photo of a Canon."""
    return record(asset_id, exifInfo={"make": "Canon", "model": model})


class Uncounted:
    """Searches that nobody can count: the part of `SearchApi` that asks how many there are."""

    def count(self, query: Query) -> int | None:
        return None

    def estimate(self, query: Query) -> int | None:
        return None

    def estimate_own(self, query: Query) -> int | None:
        return None


@dataclass
class Answers(Uncounted):
    """Answers with the batches that the test names for each query, and remembers what it was asked."""

    batches: dict[Query, list[list[dict[str, object]]]]
    whole: list[dict[str, object]] = field(default_factory=list)
    requests: list[tuple[Query, frozenset[str]]] = field(default_factory=list)
    detail_requests: list[str] = field(default_factory=list)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        self.requests.append((query, fields))
        yield from self.batches[query]

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        wanted = list(ids)
        self.detail_requests += wanted
        return (record for record in self.whole if record["id"] in wanted)


class Flat:
    """A server without structured searches, which has everything else."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return [("filter", "not before 3.2")] if not query.is_flat else []

    def leaves_out_unread(self, query: Query) -> bool:
        return not any(BY_NAME[condition.field].is_in_exif for condition in query.conditions)

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        return []


FLAT = Flat()


def select(
    rule: Node | Rule,
    searches: SearchApi,
    *,
    concurrency: int = 1,
    server: Capabilities = FLAT,
    log: Callable[[str], None] = lambda _: None,
) -> Selection:
    """What a rule selects; raises what fails it."""
    rule = rule if isinstance(rule, Rule) else Rule(rule)
    (result,) = evaluate(compile_rules([rule], server), searches, concurrency=concurrency, log=log)
    if isinstance(result, Failed):
        raise result.error
    return result


def ids(selection: Selection) -> list[str]:
    """The ids of a selection, in its order."""
    return [asset.id for asset in selection.assets]
