"""A small Immich-compatible server with a made-up library, for trying things out and for tests."""

from __future__ import annotations

from immich_sandbox.generator.generate import generate
from immich_sandbox.library.indexing import IndexingBacklog
from immich_sandbox.library.library import Library
from immich_sandbox.server.server import Sandbox, serve_forever

__all__ = ["IndexingBacklog", "Library", "Sandbox", "generate", "serve_forever"]
