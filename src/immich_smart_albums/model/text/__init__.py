"""Texts: their spellings, commands for people to run, and secrets that are never shown."""
