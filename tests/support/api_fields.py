"""Immich's models release by release: the names and types of their fields.

`tests/immich/openapi/fields.json` holds them: facts alone, no text of Immich's description. To add a release, put its
API description (OpenAPI JSON) into a folder with the others and run, from the project's root::

    python -m tests.support.api_fields FOLDER
"""

from __future__ import annotations

import json
import re
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from immich_smart_albums.model.version import Version

FILE = Path(__file__).parents[1] / "immich" / "openapi" / "fields.json"
MODELS = (
    *("MetadataSearchDto", "SmartSearchDto", "StatisticsSearchDto", "SearchResponseDto", "SearchAssetResponseDto"),
    *("SearchFilter", "SearchFilterBranch", "SearchOrder", "SearchStatisticsResponseDto", "SearchSuggestionType"),
    *("BoolFilter", "DateFilter", "DateFilterNullable", "EnumFilterAssetType", "EnumFilterAssetVisibility"),
    *("IdFilter", "IdFilterNullable", "IdsFilter", "NumberFilter", "NumberFilterNullable", "StringFilter"),
    *("StringFilterNullable", "StringPatternFilter", "StringSimilarityFilter"),
    *("AssetResponseDto", "ExifResponseDto", "PersonWithFacesResponseDto", "PersonResponseDto", "TagResponseDto"),
    *(
        "UserResponseDto",
        "AssetStackResponseDto",
        "AssetFaceWithoutPersonResponseDto",
        "SmartInfoResponseDto",
        "PersonOtherResponseDto",
        "PeopleUserResponseDto",
    ),
    *("AlbumResponseDto", "AlbumUserResponseDto", "CreateAlbumDto", "UpdateAlbumDto", "BulkIdResponseDto"),
)
"""What the tool sends and reads."""

Fields = dict[str, dict[str, str]]
"""The type of each field, by model."""


@lru_cache
def by_version() -> dict[Version, Fields]:
    """Returns the models of every release in the file."""
    table: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    releases: dict[Version, Fields] = {Version.parse(name): {} for name in table["versions"]}
    for model, fields in table["models"].items():
        for field, types in fields.items():
            for type_, names in types.items():
                for release in _releases(names, table["versions"]):
                    releases[Version.parse(release)].setdefault(model, {})[field] = type_
    return releases


def read_folder(folder: Path) -> dict[str, Fields]:
    """Returns the models of each API description in a folder, by release."""
    paths = (path for path in folder.glob("*.json") if re.search(r"-\d+\.\d+\.\d+\.json$", path.name))  # no branches
    return dict(sorted(map(_described, paths), key=lambda release: _numbers(release[0])))


def as_table(releases: dict[str, Fields]) -> dict[str, Any]:
    """Returns what stands in the file: by model and field the type, and the releases that have it."""
    having: dict[str, dict[str, dict[str, list[str]]]] = {}
    for release, fields_of in releases.items():
        for model in MODELS:
            for field, type_ in fields_of.get(model, {}).items():
                having.setdefault(model, {}).setdefault(field, {}).setdefault(type_, []).append(release)
    versions = list(releases)
    models = {
        model: {
            field: {type_: _ranges(names, versions) for type_, names in types.items()}
            for field, types in fields.items()
        }
        for model, fields in having.items()
    }
    return {"versions": versions, "models": models}


def _ranges(names: list[str], versions: list[str]) -> str:
    """`["2.0.1", "2.5.6", "3.1.0"]` → `2.0.1..2.5.6 3.1.0`, where 3.0.0 lies between."""
    runs: list[list[str]] = []
    for name in names:
        if runs and versions.index(name) == versions.index(runs[-1][-1]) + 1:
            runs[-1].append(name)
        else:
            runs.append([name])
    return " ".join(run[0] if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)


def _releases(ranges: str, versions: list[str]) -> list[str]:
    """The other way round."""
    names: list[str] = []
    for run in ranges.split():
        first, _, last = run.partition("..")
        names += versions[versions.index(first) : versions.index(last or first) + 1]
    return names


def _described(path: Path) -> tuple[str, Fields]:
    description: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "models" in description:  # a list of fields with the types of a Python client, without the version
        release = re.search(r"[\d.]+(?=\.json$)", path.name)
        assert release, f"{path.name} names no release"
        models = description["models"].items()
        return release[0], {name: {field: _python(type_) for field, type_ in model.items()} for name, model in models}
    schemas = description["components"]["schemas"].items()
    return description["info"]["version"], {
        name: {field: _openapi(schema) for field, schema in model.get("properties", {}).items()}
        for name, model in schemas
    }


_PYTHON = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "UUID": "uuid",
    "datetime": "date-time",
}


def _python(type_: Any) -> str:
    """`Optional[List[UUID]] def=None` → `[uuid]`."""
    text = re.sub(r" def=.*| alias=.*", "", str(type_))
    text = re.sub(r"Annotated\[(\w+),.*\)\]", r"\1", text)
    while match := re.fullmatch(r"Optional\[(.*)\]", text):
        text = match[1]
    if match := re.fullmatch(r"List\[(.*)\]", text):
        return f"[{_python(match[1])}]"
    return _PYTHON.get(text, re.sub(r"\W.*", "", text))


def _openapi(schema: dict[str, Any]) -> str:
    """`{"type": "array", "items": {"format": "uuid", …}}` → `[uuid]`."""
    for part in (schema, *schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if "$ref" in part:
            return str(part["$ref"]).rpartition("/")[2]
    if schema.get("type") == "array":
        return f"[{_openapi(schema.get('items', {}))}]"
    format_ = schema.get("format", "")
    return format_ if format_ in ("uuid", "date-time") else str(schema.get("type", "object"))


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", release))


if __name__ == "__main__":
    FILE.write_text(json.dumps(as_table(read_folder(Path(sys.argv[1]))), indent=1) + "\n", encoding="utf-8")
