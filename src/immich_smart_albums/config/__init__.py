"""Settings and input files: everything that is read from the machine before a run."""

from __future__ import annotations
