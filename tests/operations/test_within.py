"""Two evaluators agree: what the search of a predicate finds on a server, and what passes when we look ourselves."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Sandbox, generate
from immich_sandbox.library.records import Exif
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.text.forms import bare
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.record import exif
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import Filter, Rule, Search, leaves
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.asset_records import node_holds
from tests.support.examples import examples, on_versions
from tests.support.family_server import connected
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.ports.server import PhotoServer

LEVELS = ("1.132", "2.7", "3.1", "3.2")

PHOTOS = 600

_HOUR = 3_600_000_000

MATCHES: tuple[dict[str, Any], ...] = (
    {"taken": ["2023", "2022-02", "2024-02-29", "2019..2021-06", "last 6 months"]},
    {"taken": {"after": "2024-01-01", "before": "2024-03-03"}},
    {"added": ["2023", "2024-05", {"after": "2024-05-14 12:00"}, {"before": "2020-01-01"}, {"last": "2 years"}]},
    {"place": ["Finland", "none", {"city": ["Paris", "none"]}, {"state": "Uusimaa"}, {"country": ["Japan", None]}]},
    {"place": ["finland", "Reykjavík", "Reykjavik"]},
    {"camera": ["Apple", "Canon EOS R6", "none", {"lens": ["FE 85mm F1.8", "none"]}, {"make": None}, {"model": "x"}]},
    {"rating": [1, {"min": 4}, "none", "rejected"]},
    {"media": ["photo", "video", "live", "raw", "image/heic", "screenshot"]},
    {"path": ["^/photos/work_projects/", "apollo", r"\.JPE?G$", "Kesä", {"glob": "trip/"}, {"contains": "kesä mö"}]},
    {"filename": [r"IMG_\d+", "screenshot", {"glob": "*.mp4"}, {"contains": "%_sure"}, {"glob": "[sS]can_*"}, "_00"]},
    {"filename": ["kiss", "rsted", r"a\\b\.jpg", "straße", {"contains": "IMG_NYE"}]},
    {"description": ["mökillä", "MOKILLA", "City", "hooray!", {"contains": "break"}, "none"]},
)


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, PhotoServer]]:
    """A server of each level over one library with odd names, edges of days, and a photo that is not read yet."""
    library = generate(PHOTOS)
    for name in ("\u212a\u0131\u017fS.jpg", "100%_sure.jpg", "IMG_NYE_ä.JPG", "a\\b.jpg", "ØRSTED.jpg", "STRASSE.jpg"):
        library.add_asset(name=name, exif=Exif(description=name, rating=4))
    library.add_asset(name="unread.jpg", exif=None)
    for taken in ("2023-12-31T10:00:00Z", "2024-01-01T11:59:59Z", "2024-02-29T23:59:59.999Z", "2023-01-01T00:00:00Z"):
        asset = library.add_asset(taken=taken)
        for hours in (-12, 14):
            library.add_asset(taken=taken, local_date_time=asset.local_date_time + hours * _HOUR)
    with ExitStack() as stack:
        yield {level: connected(stack.enter_context(Sandbox(library, level))) for level in LEVELS}


class Reader:
    """Reads searches, each only once."""

    def __init__(self) -> None:
        self._known: dict[object, dict[str, Any]] = {}

    def __call__(self, server: PhotoServer, query: Query, fields: frozenset[str] = frozenset()) -> dict[str, Any]:
        """The records of a search by id."""
        key = (server, query, fields)
        if key not in self._known:
            records = chain.from_iterable(server.searches.find(query, fields))
            self._known[key] = {str(record["id"]): record for record in records}
        return self._known[key]


@pytest.fixture(scope="module")
def read() -> Reader:
    return Reader()


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "match"), on_versions(LEVELS, MATCHES))
def test_a_search_finds_what_passes(
    level: str, match: dict[str, Any], servers: dict[str, PhotoServer], read: Reader
) -> None:
    server, newest = servers[level], servers["3.2"]
    written = [leaf for leaf in leaves(node(match)) if isinstance(leaf, Filter)]
    for check in written:
        oracle = passing(as_people_read(check), newest, read)
        diagnostics = Diagnostics()
        (search,) = leaves(resolve(Rule(check), server, diagnostics).match)
        assert diagnostics.problems == []
        if isinstance(search, Search):  # this version does not show what the check looks at
            assert read(server, search.query).keys() == oracle
            continue
        assert isinstance(search, Filter)
        assert passing(search, server, read) == oracle
        if search.superset is not None and not server.unsupported(search.superset):
            within = read(server, search.superset, frozenset(search.reads or ())).keys()
            assert within == oracle if search.superset_is_exact else within >= oracle


def as_people_read(check: Filter) -> Filter:
    """The check with names compared without regard to case, accents and form, as they are once they are looked up."""
    sought = check.listed_value
    if sought is None or sought.matches is not None:
        return check
    return replace(check, holds=lambda record: bare(str(exif(sought.field)(record))) == bare(sought.text))


def passing(check: Filter, server: PhotoServer, read: Reader) -> set[str]:
    """The ids of everything on the timeline that passes."""
    assert check.reads is not None
    return {id_ for id_, record in read(server, WHOLE_LIBRARY, check.reads).items() if check.holds(record)}


def test_the_matches_find_something_and_not_everything(servers: dict[str, PhotoServer], read: Reader) -> None:
    server = servers["3.2"]
    some = [
        len(passing(leaf, server, read))
        for match in MATCHES
        for leaf in leaves(node(match))
        if isinstance(leaf, Filter)
    ]
    assert sum(0 < count < PHOTOS for count in some) > len(some) * 0.7


PARTS = (
    {"taken": "2023..2024"},
    {"taken": {"month": "june..august"}},
    {"added": {"after": "2022"}},
    {"place": ["Finland", "Paris"]},
    {"place": "none"},
    {"near": {"lat": 60.17, "lon": 24.94, "radius": "20km"}},
    {"camera": {"make": ["Canon", "Apple"]}},
    {"exif": {"iso": "..400"}},
    {"media": "photo"},
    {"media": ["video", "raw"]},
    {"screenshot": True},
    {"size": {"min": "3MB"}},
    {"orientation": "portrait"},
    {"duration": {"min": "10s"}},
    {"rating": {"min": 3}},
    {"rating": "none"},
    {"path": "^/photos/"},
    {"filename": {"glob": "IMG_*"}},
    {"description": "none"},
    {"json": "$.exifInfo.lensModel:iphone"},
)

FIELDS = frozenset({"exifInfo"}).union(
    *(leaf.reads or () for part in PARTS for leaf in leaves(node(part)) if isinstance(leaf, Filter))
)

matches = st.recursive(
    st.sampled_from(PARTS),
    lambda inner: st.builds(
        lambda word, members: {word: members},
        st.sampled_from(["all", "any", "not"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@settings(max_examples=examples(12), deadline=None)
@given(match=matches, level=st.sampled_from(LEVELS))
def test_whatever_is_combined_selects_what_passes(
    match: dict[str, Any], level: str, servers: dict[str, PhotoServer], read: Reader
) -> None:
    diagnostics = Diagnostics()
    tree = node(match)
    rule = resolve(Rule(tree), servers[level], diagnostics)
    assert diagnostics.problems == []
    plan = compile_rules([rule], servers[level])
    (selection,) = evaluate(plan, servers[level].searches, concurrency=2, log=lambda _: None)
    assert isinstance(selection, Selection)
    # Files that are not read yet are left out by some versions as soon as EXIF is looked at, so they are here.
    everything = read(servers["3.2"], WHOLE_LIBRARY, FIELDS)
    assert {asset.id for asset in selection.assets} & everything.keys() == {
        id_ for id_, record in everything.items() if node_holds(tree, record)
    }
