"""Messages about runs: what they say, whom they go to, and how they are sent."""

from __future__ import annotations
