"""Texts: their spellings, commands that people are told to run, and secrets that nobody is shown."""
