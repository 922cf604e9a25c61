"""Configuration: settings and input files, everything that is read from this machine before a run."""

from __future__ import annotations
