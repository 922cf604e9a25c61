"""From a query plan to selections: searching and evaluating."""

from __future__ import annotations
