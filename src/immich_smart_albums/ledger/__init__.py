"""The ledger: what we added, when, by which rule, and what people did since, in one SQLite file."""

from __future__ import annotations
