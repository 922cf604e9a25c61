"""Ports: what operations need from a server and a ledger."""
