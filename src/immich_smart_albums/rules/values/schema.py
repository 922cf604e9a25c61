"""JSON Schemas that predicates share. Editors decode YAML, so a number or a date may come as another type."""

from __future__ import annotations

from collections.abc import Mapping

Schema = Mapping[str, object]

SCALAR: Schema = {"type": ["string", "number"]}
TEXT: Schema = {"type": "string"}
TRUTH: Schema = {"type": "boolean"}
NONE: Schema = {"enum": ["none", None]}


def one_or_list(*schemas: Schema) -> Schema:
    """Returns the schema of a value that fits one of these, or of a list of such values."""
    one = schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}
    return {"anyOf": [*schemas, {"type": "array", "items": one, "minItems": 1}]}


def words(*allowed: str) -> Schema:
    """Returns the schema of one of some words."""
    return {"enum": list(allowed)}


def mapping(**properties: Schema) -> Schema:
    """Returns the schema of a mapping with at least one of these keys; `_` in a name stands for a hyphen."""
    named = {name.replace("_", "-"): schema for name, schema in properties.items()}
    return {"type": "object", "properties": named, "additionalProperties": False, "minProperties": 1}


RANGE: Schema = {"anyOf": [SCALAR, mapping(min=SCALAR, max=SCALAR)]}
"""A number, a text such as "100..800" or ">= 400", or min and max."""
