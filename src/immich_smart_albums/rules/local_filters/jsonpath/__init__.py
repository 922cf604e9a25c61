"""Values out of an asset by JSONPath: the meaning of RFC 9535, and some habits of jsonpath-ng's users."""

from __future__ import annotations

from immich_smart_albums.rules.local_filters.jsonpath.ast import Name, PathError
from immich_smart_albums.rules.local_filters.jsonpath.path import Path, compile_path
from immich_smart_albums.rules.local_filters.jsonpath.shape import Shape, ShapeNode

__all__ = ["Name", "Path", "PathError", "Shape", "ShapeNode", "compile_path"]
