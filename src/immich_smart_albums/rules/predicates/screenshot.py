"""Whether a picture is a screenshot, as far as its name and what is missing from it tell."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from immich_smart_albums.rules.facts import exif, has_exif, needed
from immich_smart_albums.rules.leaves import Check
from immich_smart_albums.rules.nodes import Node, Not
from immich_smart_albums.rules.predicate import Predicate
from immich_smart_albums.rules.schemas import TRUTH

if TYPE_CHECKING:
    from immich_smart_albums.rules.leaves import Record
    from immich_smart_albums.rules.reading import Reading
    from immich_smart_albums.rules.value import Text, Value

_NAMES = re.compile(
    r"""screen[\s_-]?(shot|cap|grab) | bildschirmfoto | capture[\s_]d.?[ée]cran | captura[\s_]de[\s_](pantalla|tela|ecr)
      | schermata | istantanea[\s_]schermo | schermafbeelding | sk[äa]rm(avbild|bild) | skjermbilde | sk[æa]rmbillede
      | n[äa]ytt[öo]kuva | kuvakaappaus | zrzut[\s_]ekranu | sn[íi]mek[\s_]obrazovky | k[ée]perny[őo](k[ée]p|fot[óo])
      | ekran[\s_](g[öo]r[üu]nt|resmi) | снимок[\s_]экрана | скриншот | スクリーンショット | 스크린샷
      | 截屏 | 截[图圖] | 屏幕快照""",
    re.IGNORECASE | re.VERBOSE,
)
"""How phones and computers name screenshots, in their users' languages."""

_MAKE, _MODEL = exif("make"), exif("model")


def _why(record: Record) -> str | None:
    """What tells that it is a screenshot; None where nothing does."""
    if needed(record, "type") != "IMAGE":
        return None
    for word, name in (("file name", "originalFileName"), ("path", "originalPath")):
        text = unicodedata.normalize("NFC", str(needed(record, name)))
        if _NAMES.search(text):
            return f"{word} {text}"
    is_png = record.get("originalMimeType") == "image/png"
    return "a PNG of no camera" if is_png and has_exif(record) and not (_MAKE(record) or _MODEL(record)) else None


IS_SCREENSHOT = Check(
    "screenshot",
    lambda record: _why(record) is not None,
    frozenset({"type", "originalFileName", "originalPath", "originalMimeType", "exifInfo.make", "exifInfo.model"}),
    _why,
)


def _read(_word: Text, value: Value, reading: Reading) -> Node | None:
    wanted = reading.truth(value)
    return None if wanted is None else IS_SCREENSHOT if wanted else Not(IS_SCREENSHOT)


PREDICATE = Predicate(
    "screenshot",
    "Whether the photo is a screenshot, as far as can be told.",
    _read,
    schema=TRUTH,
    examples=(("screenshot: true", "screenshots"), ("screenshot: false", "everything else")),
    notes=(
        "Immich does not mark screenshots, so this is a guess from what a file tells: an image whose name, or whose "
        "folder, says screenshot in one of many languages, or a PNG without the make and model of a camera. Other "
        "PNG pictures, such as graphics from the web, are taken for screenshots as well; screen recordings are not."
    ),
)
