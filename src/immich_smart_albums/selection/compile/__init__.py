"""From rules to a query plan: what is sent, and what is looked at here."""

from __future__ import annotations
