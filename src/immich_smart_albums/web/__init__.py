"""The studio: pages on a session. Imported only by `serve`."""

from __future__ import annotations
