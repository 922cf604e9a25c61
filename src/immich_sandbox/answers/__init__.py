"""What the server's answers look like."""

from __future__ import annotations
