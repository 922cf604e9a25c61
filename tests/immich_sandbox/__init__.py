"""Tests of the sandbox: against recordings of a real server, an oracle of its answers, and by themselves."""

from __future__ import annotations
