"""What a terminal may be given, and what it may not."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from immich_smart_albums.report.words import columns, one_line, table

WITH_JOINERS = "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
SCOTLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"


@pytest.mark.parametrize(
    "name",
    [
        "Zoë",
        WITH_JOINERS,
        f"{FAMILY} at the beach",
        "\u2764\ufe0f",
        f"{SCOTLAND} 2024",
        "Screenshot at 3.04.05\u202fPM.png",
        "a\u00a0b",
        "\u5bb6\u65cf\u3000\u65c5\u884c",
        "\uf8ff",
        "\U0001fae8",
        "C:\\photos\\x.jpg",
    ],
)
def test_what_names_really_have_can_be_copied(name: str) -> None:
    assert one_line(name) == name
    assert name in one_line(f"nobody is named {name!r}").replace("\\\\", "\\")


def test_nothing_else_steers_a_terminal() -> None:
    steering = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI", "BN"}
    for character in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or (
            unicodedata.bidirectional(character) in steering and character not in "\u200c\u200d"
        ):
            assert one_line(f"a{character}b") == "a?b", hex(ord(character))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b]0;owned\x07", "?]0;owned?"),
        ("one\r\ntwo", "one??two"),
        ("\u202egpj.exe", "?gpj.exe"),
        ("\U000e0041\U000e0042", "??"),
        (f"{SCOTLAND}\x1b[2J", f"{SCOTLAND}?[2J"),
        (repr("\x1b[2J\u202e"), r"'\x1b[2J\u202e'"),
        (r"\\u200d", r"\\u200d"),
        (r"\U00110000", r"\U00110000"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert one_line(text) == shown


def test_columns_stay_below_each_other() -> None:
    assert columns(FAMILY.replace("\u200d", "")) == columns(FAMILY)
    first, second = table([(WITH_JOINERS, "x"), ("b" * columns(WITH_JOINERS), "x")], right=())
    assert columns(first) == columns(second)
