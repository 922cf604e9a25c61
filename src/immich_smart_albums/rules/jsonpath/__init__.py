"""Values out of an asset by JSONPath: the meaning of RFC 9535, and some habits of jsonpath-ng's users."""

from __future__ import annotations

from immich_smart_albums.rules.jsonpath.path import Path, compile_path
from immich_smart_albums.rules.jsonpath.steps import PathError

__all__ = ["Path", "PathError", "compile_path"]
