"""What a request may say, and what is wrong with it."""

from __future__ import annotations
