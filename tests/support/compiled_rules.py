"""Rules as the compiler answers them, on servers with and without `filter`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import Node, Rule, Search
from immich_smart_albums.selection.compile.notation import write_branch
from immich_smart_albums.selection.compile.planner import compile_rules
from tests.support.in_memory_searches import FLAT, Flat, city, exactly, local, person, smart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.selection.query_plan import QueryPlan

NICE, KYOTO, EMMA, NOAH, DOG = city("Nice"), city("Kyoto"), person("emma"), person("noah"), smart("dog")
MAKE, NAMES, TAGS, ANYTHING, PATH = (
    local("$.exifInfo.make"),
    local("$.people[*].name"),
    local("$.tags[*].value"),
    local("$..name"),
    local("$.originalPath"),
)
APPLE, FIVE, FOUR = exactly("make", "Apple"), exactly("rating", 5), exactly("rating", 4)
ALBUM = Search(Query(Kind.METADATA, where(albumIds=("x",))))
DOGS, MANY_DOGS = "smart (query='dog', top 200)", "smart (query='dog', top 90000)"


class New(Flat):
    """A server with structured searches."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return []

    def leaves_out_unread(self, query: Query) -> bool:
        return not query.is_filter and super().leaves_out_unread(query)


NEW = New()


def plan(*nodes: Node, server: Flat = FLAT, sizes: Mapping[Query, int] | None = None) -> QueryPlan:
    """Returns the plan of rules that match so."""
    return compile_rules([Rule(node) for node in nodes], server, sizes or {})


def branch_words(result: QueryPlan) -> list[list[str]]:
    """Returns the branches of each rule in the notation of the compiler."""
    return [[write_branch(branch) for branch in rule.branches] for rule in result.rules]
