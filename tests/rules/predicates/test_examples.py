"""Every predicate: its examples are read and fit its schema, its options are words that it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.local_filters.asset_shape import ASSET
from immich_smart_albums.rules.predicates.registry import PREDICATES, PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.match import parse_match
from immich_smart_albums.rules.tree import Filter, Reference, leaves
from tests.support.asset_records import EXIF, record
from tests.support.yaml_values import reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.tree import Node

pytestmark = pytest.mark.untraced  # others go the same ways

each_predicate = pytest.mark.parametrize("predicate", PREDICATES, ids=[predicate.name for predicate in PREDICATES])


class EditorLoader(yaml.SafeLoader):
    """YAML as editors read it, by its version 1.2: dates are texts."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith("timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def of_yaml(text: str) -> tuple[Node | None, Diagnostics]:
    """What a match in YAML gives."""
    read = reading()
    value = read_yaml("rules.yaml", text.encode(), read.diagnostics)
    assert value is not None
    return parse_match(value, read), read.diagnostics


@each_predicate
def test_an_example_is_read_and_says_where_it_stands(predicate: Predicate) -> None:
    for example, _ in predicate.examples:
        node, findings = of_yaml(example)
        assert findings.problems == [], example
        assert node is not None
        assert all(str(leaf.origin).startswith("rules.yaml:1:") for leaf in leaves(node)), example


@pytest.mark.untraced
@each_predicate
def test_an_example_fits_the_schema(predicate: Predicate) -> None:
    validator = jsonschema.Draft202012Validator(predicate.schema)
    for example, _ in predicate.examples:
        # The class is a safe loader.
        ((word, value),) = yaml.load(example, Loader=EditorLoader).items()
        assert word in {predicate.name, *predicate.also}
        validator.validate(value)


@each_predicate
def test_every_word_of_a_mapping_is_an_option_with_a_meaning(predicate: Predicate) -> None:
    kinds: Any = predicate.schema.get("anyOf", [predicate.schema])
    mappings = [kind for kind in kinds if "properties" in kind]
    assert {word for mapping in mappings for word in mapping["properties"]} <= predicate.options.keys()


@each_predicate
def test_a_check_decides_on_a_record_with_just_the_fields_that_it_names(predicate: Predicate) -> None:
    for example, _ in predicate.examples:
        node, _ = of_yaml(example)
        assert node is not None
        for leaf in leaves(node):
            if isinstance(leaf, Filter) and leaf.reads is not None:
                for of in (record(city="Paris", latitude=1.5, longitude=2, iso=100), record()):
                    known = _only(leaf.reads, of)
                    assert leaf.holds(known) is leaf.holds(of)
                    assert leaf.evidence(known) == leaf.evidence(of)


def _only(fields: frozenset[str], of: dict[str, Any]) -> dict[str, Any]:
    """A record cut down to some fields, as searches are read."""
    inner = {name: of["exifInfo"][name] for name in EXIF if f"exifInfo.{name}" in fields}
    exif = {"exifInfo": inner} if any(field.startswith("exifInfo.") for field in fields) else {}
    return {name: of[name] for name in of if name in {"id", *fields}} | exif


class SpyingRecord(dict[str, Any]):
    """A record that notes which fields are looked at, dotted below exifInfo."""

    def __init__(self, fields: dict[str, Any], seen: set[str], prefix: str = "") -> None:
        inner = {"exifInfo": SpyingRecord(fields["exifInfo"], seen, "exifInfo.")} if "exifInfo" in fields else {}
        super().__init__(fields | inner)
        self.seen, self.prefix = seen, prefix

    def __getitem__(self, name: str) -> Any:
        self.seen.add(self.prefix + name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.seen.add(self.prefix + name)
        return super().get(name, default)


@each_predicate
def test_every_field_that_a_predicate_reads_is_one_that_records_have(predicate: Predicate) -> None:
    known = {*ASSET.fields, *(f"exifInfo.{name}" for name in ASSET.fields["exifInfo"].fields)}
    for example, _ in predicate.examples:
        node, _ = of_yaml(example)
        assert node is not None
        for check in _checks(node):
            seen: set[str] = set()
            for fields in (record(city="Paris", latitude=1.5, longitude=2, iso=100), record()):
                check.holds(SpyingRecord(fields, seen))
            assert seen | (check.reads or set()) <= known, f"{example}: Immich's records have no such field"
            assert check.reads is None or seen - {"id", "exifInfo"} <= check.reads, f"{example}: not declared"


def _checks(node: Node) -> Iterator[Filter]:
    """The checks of a rule, also of the nodes that names will be replaced by."""
    for leaf in leaves(node):
        if isinstance(leaf, Reference):
            yield from _checks(leaf.resolve(tuple(("8fbe472e-7463-4d97-ae2d-3efb3270e153",) for _ in leaf.names)))
        elif isinstance(leaf, Filter):
            yield leaf


def test_every_word_is_given_to_one_predicate() -> None:
    assert len(PREDICATES_BY_WORD) == sum(1 + len(predicate.also) for predicate in PREDICATES)
    assert not {"all", "any", "not"} & PREDICATES_BY_WORD.keys()
