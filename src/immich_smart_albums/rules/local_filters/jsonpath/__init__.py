"""JSONPath on assets, as in RFC 9535, with some spellings of jsonpath-ng."""

from __future__ import annotations

from immich_smart_albums.rules.local_filters.jsonpath.ast import Name, PathError
from immich_smart_albums.rules.local_filters.jsonpath.path import Path, compile_path
from immich_smart_albums.rules.local_filters.jsonpath.shape import Shape, ShapeNode

__all__ = ["Name", "Path", "PathError", "Shape", "ShapeNode", "compile_path"]
