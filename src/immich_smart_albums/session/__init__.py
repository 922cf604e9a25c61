"""A run for any front end: rules, accounts, ledger and searches, without a command line and without a console."""

from __future__ import annotations
