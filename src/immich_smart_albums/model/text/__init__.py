"""Texts: their Unicode forms, commands for people to run, and secrets that are never shown."""
