"""The verbs that start a server, or look after one: a module each, with a run."""

from __future__ import annotations
