"""The table of versions against the published API descriptions of Immich, release by release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from immich_smart_albums.immich.versions import ASSET_FIELDS, FIELDS
from immich_smart_albums.model import search_fields
from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import ALWAYS
from immich_smart_albums.model.version import Version
from tests.support.api_fields import FILE, as_table, by_version, read_folder

SHARED = Path(__file__).parents[2] / "../shared/immich/openapi"
MODELS = {Kind.METADATA: "MetadataSearchDto", Kind.SMART: "SmartSearchDto"}

DESCRIBED_BUT_WITHOUT_EFFECT = {
    "originalPath": Version(1, 127),  # it had to be the exact path
    "isOffline": Version(1, 125),  # it was ignored
}
"""Fields that older descriptions have although the table refuses them below this version."""

releases = pytest.mark.parametrize("version", sorted(by_version()), ids=str)


def test_the_vendored_fields_are_those_of_the_descriptions() -> None:
    if not SHARED.exists():
        pytest.skip("the API descriptions of Immich are not beside this checkout; their vendored fields are tested")
    again = "run `python -m tests.support.api_fields` on the folder of API descriptions"
    assert json.loads(FILE.read_text(encoding="utf-8")) == as_table(read_folder(SHARED)), again


def test_the_descriptions_reach_over_all_supported_versions() -> None:
    versions = sorted(by_version())
    assert len(versions) >= 15
    assert versions[0] < Version(1, 119)
    assert versions[-1] >= Version(3, 3)


@releases
@pytest.mark.parametrize("kind", list(Kind))
def test_each_search_field_is_described_just_where_the_table_has_it(version: Version, kind: Kind) -> None:
    models = by_version()[version]
    described = models[MODELS[kind]]
    for name, field in search_fields.FIELDS.items():
        is_let_through = version in FIELDS.get(name, ALWAYS)
        is_exception = version < DESCRIBED_BUT_WITHOUT_EFFECT.get(name, Version(0, 0))
        expected = kind in field.kinds and (is_let_through or is_exception)
        assert (name in described) == expected, f"{name} in {MODELS[kind]} of {version}"


@releases
@pytest.mark.parametrize("kind", list(Kind))
def test_every_described_search_field_has_its_place_in_the_rules(version: Version, kind: Kind) -> None:
    models = by_version()[version]
    known = {
        *search_fields.FIELDS,
        *search_fields.VISIBILITY_WORDS,
        *search_fields.READING_OPTIONS,
        *search_fields.IGNORED_BY_IMMICH,
        *search_fields.STRUCTURED_WORDS,
    }
    assert set(models[MODELS[kind]]) <= known


@releases
def test_visibility_is_described_just_where_the_client_sends_it(version: Version) -> None:
    models = by_version()[version]
    for model in MODELS.values():
        assert ("visibility" in models[model]) == (version >= Version(1, 133))
        assert ("isVisible" in models[model]) == (version < Version(1, 133))


@releases
def test_each_field_of_assets_is_described_just_where_the_table_has_it(version: Version) -> None:
    models = by_version()[version]
    people = models.get("PersonWithFacesResponseDto", models["PersonResponseDto"])  # the former up to 2.7
    described = {*models["AssetResponseDto"], *(f"people.{name}" for name in people)}
    for name, span in ASSET_FIELDS.items():
        assert (name in described) == (version in span), f"{name} of {version}"
