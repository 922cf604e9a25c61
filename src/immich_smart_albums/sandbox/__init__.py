"""A small Immich-compatible server with a made-up library, for trying things out and for tests."""

from __future__ import annotations

from immich_smart_albums.sandbox.generate import generate
from immich_smart_albums.sandbox.library import Library
from immich_smart_albums.sandbox.server import Sandbox, serve_forever

__all__ = ["Library", "Sandbox", "generate", "serve_forever"]
