"""Albums that keep themselves: a process that runs by schedule and when a photo is uploaded, and tells how it went."""

from __future__ import annotations
