"""The JSON of responses, and pages of search results."""

from __future__ import annotations
