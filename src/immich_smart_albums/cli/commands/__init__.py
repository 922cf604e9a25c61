"""The verbs about rules and albums: a module each, with a run."""

from __future__ import annotations
