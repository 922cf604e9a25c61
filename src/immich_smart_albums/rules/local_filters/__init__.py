"""Local filters: a JSONPath and a regular expression on a photo's record."""

from __future__ import annotations
