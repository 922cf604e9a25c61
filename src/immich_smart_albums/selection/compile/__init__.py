"""Compiles rules to a query plan: which searches are sent, and what is checked on the records that they return."""

from __future__ import annotations
