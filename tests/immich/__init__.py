"""Tests of the client: over real sockets, against the sandbox and against servers that misbehave on purpose."""

from __future__ import annotations
