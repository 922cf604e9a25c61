"""Names of people, albums and files, as a terminal may show them."""

from __future__ import annotations


def one_line(text: str) -> str:
    """A text that can neither break the line nor steer the terminal: a name may hold anything."""
    return "".join(character if character.isprintable() else "?" for character in text)
