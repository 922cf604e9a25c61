"""What the sandbox answers, one module for each part of the API."""

from __future__ import annotations
