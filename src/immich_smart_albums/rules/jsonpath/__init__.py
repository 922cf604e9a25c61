"""Values out of an asset by JSONPath: the meaning of RFC 9535, and some habits of jsonpath-ng's users."""

from __future__ import annotations

from immich_smart_albums.rules.jsonpath.fit import Place, Shape
from immich_smart_albums.rules.jsonpath.path import Path, compile_path
from immich_smart_albums.rules.jsonpath.steps import Name, PathError

__all__ = ["Name", "Path", "PathError", "Place", "Shape", "compile_path"]
