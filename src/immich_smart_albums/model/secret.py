"""A text that prints as `***`."""

from __future__ import annotations


class Secret:
    """An API key. Only `reveal` gives the text, so that no log, message or traceback shows it by accident."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself: for the request header and nothing else."""
        return self._text

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Secret(***)"
