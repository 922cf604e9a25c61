"""Unicode forms of texts: what looks the same to people may be encoded in several ways.

macOS writes `ü` as `u` and a mark (NFD), most others as one character (NFC). Texts are compared in one form, and what
the server compares exactly is searched for in each.
"""

from __future__ import annotations

import unicodedata


def nfc(text: str) -> str:
    """Returns the text with letters and their marks composed (NFC), the form in which texts are compared."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Returns a name as names are compared, without case, form and extra spaces: `zoë smith` for `Zoë  Smith`."""
    return " ".join(nfc(unicodedata.normalize("NFD", text).casefold()).split())


def bare(text: str) -> str:
    """Returns a name as names of places and cameras are compared: folded and without accents, `orebro` for `Örebro`.

    Accents are the combining marks of Latin, Greek and Cyrillic. Those of other scripts are letters of their own.
    """
    apart = unicodedata.normalize("NFD", folded(text))
    return nfc("".join(character for character in apart if not "\u0300" <= character <= "\u036f"))


def spellings(text: str) -> tuple[str, ...]:
    """Returns each encoding of a text that a server may have, once: as it is written, composed, decomposed."""
    return tuple(dict.fromkeys((text, nfc(text), unicodedata.normalize("NFD", text))))


def same_name(one: str, other: str) -> bool:
    """Returns whether two names look the same to people, who see neither forms nor spaces at the ends."""
    return nfc(one).strip() == nfc(other).strip()
