"""Messages about runs: their text, their receivers, and how they are sent."""

from __future__ import annotations
