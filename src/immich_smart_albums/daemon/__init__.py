"""The daemon: a process that runs rules by schedule and after uploads, and notifies people of the outcome."""

from __future__ import annotations
