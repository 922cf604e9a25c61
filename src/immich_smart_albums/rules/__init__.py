"""What belongs in an album: flags and payloads, read once into a tree of predicates. No I/O."""

from __future__ import annotations
