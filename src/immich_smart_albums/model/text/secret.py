"""Secrets: texts that print as `***`."""

from __future__ import annotations


class Secret:
    """An API key. Only `reveal` gives the text, so that no log, message or traceback shows it by accident."""

    __slots__ = ("_text", "origin")

    def __init__(self, text: str, origin: str = "") -> None:
        self._text = text
        self.origin = origin
        """Its source for messages, such as "IMMICH_API_KEY in the environment"."""

    def reveal(self) -> str:
        """Returns the secret itself: for the request header and nothing else."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"
