"""What Immich has not looked at yet."""

from __future__ import annotations
