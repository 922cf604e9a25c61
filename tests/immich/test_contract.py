"""The table of versions against the published API descriptions of Immich, release by release."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from immich_smart_albums.immich.versions import ASSET_FIELDS, FIELDS, Span
from immich_smart_albums.model import search_fields
from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.version import Version

OPENAPI = Path(__file__).parents[2] / "../shared/immich/openapi"
MODELS = {Kind.METADATA: "MetadataSearchDto", Kind.SMART: "SmartSearchDto"}

DESCRIBED_BUT_WITHOUT_EFFECT = {
    "originalPath": Version(1, 127),  # it had to be the exact path
    "isOffline": Version(1, 125),  # it was ignored
}
"""Fields that older descriptions have although the table refuses them below this version."""

descriptions = pytest.mark.parametrize(
    "path",
    sorted(OPENAPI.glob("*.json"))
    or [
        pytest.param(None, marks=pytest.mark.skip(reason="the API descriptions of Immich are not beside this checkout"))
    ],
    ids=lambda path: path.stem if path else "none",
)


@lru_cache
def read(path: Path) -> tuple[Version, dict[str, set[str]]]:
    """The version of a description, and the names of each model's fields."""
    text: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "models" in text:  # since 3.2 only a list of fields, without the version
        found = re.search(r"[\d.]+(?=\.json$)", path.name)
        assert found
        return Version.parse(found[0]), {name: set(model) for name, model in text["models"].items()}
    schemas = text["components"]["schemas"]
    return Version.parse(text["info"]["version"]), {
        name: set(schema.get("properties", {})) for name, schema in schemas.items()
    }


def test_the_descriptions_reach_over_all_supported_versions() -> None:
    if not OPENAPI.exists():
        pytest.skip("the API descriptions of Immich are not beside this checkout")
    versions = sorted(read(path)[0] for path in OPENAPI.glob("*.json"))
    assert len(versions) >= 16
    assert versions[0] < Version(1, 119)
    assert versions[-1] >= Version(3, 3)


@descriptions
@pytest.mark.parametrize("kind", list(Kind))
def test_each_search_field_is_described_just_where_the_table_has_it(path: Path, kind: Kind) -> None:
    version, models = read(path)
    described = models[MODELS[kind]]
    for name, field in search_fields.FIELDS.items():
        is_let_through = version in FIELDS.get(name, Span())
        is_exception = version < DESCRIBED_BUT_WITHOUT_EFFECT.get(name, Version(0, 0))
        expected = kind in field.kinds and (is_let_through or is_exception)
        assert (name in described) == expected, f"{name} in {MODELS[kind]} of {version}"


@descriptions
@pytest.mark.parametrize("kind", list(Kind))
def test_every_described_search_field_has_its_place_in_the_rules(path: Path, kind: Kind) -> None:
    _, models = read(path)
    known = {
        *search_fields.FIELDS,
        *search_fields.VISIBILITY_WORDS,
        *search_fields.READING_OPTIONS,
        *search_fields.IGNORED_BY_IMMICH,
        *search_fields.STRUCTURED_WORDS,
    }
    assert models[MODELS[kind]] <= known


@descriptions
def test_visibility_is_described_just_where_the_client_sends_it(path: Path) -> None:
    version, models = read(path)
    for model in MODELS.values():
        assert ("visibility" in models[model]) == (version >= Version(1, 133))
        assert ("isVisible" in models[model]) == (version < Version(1, 133))


@descriptions
def test_each_field_of_assets_is_described_just_where_the_table_has_it(path: Path) -> None:
    version, models = read(path)
    people = models.get("PersonWithFacesResponseDto", models["PersonResponseDto"])  # the former up to 2.7
    described = models["AssetResponseDto"] | {f"people.{name}" for name in people}
    for name, span in ASSET_FIELDS.items():
        assert (name in described) == (version in span), f"{name} of {version}"
