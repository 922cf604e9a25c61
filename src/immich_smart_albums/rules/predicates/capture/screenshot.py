"""Predicate `screenshot`: whether a picture is a screenshot, guessed from its name and from a missing camera."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, has_exif, required
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.single import whether

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Record

_BETWEEN = str.maketrans("", "", " _-'\u2019")
"""Characters between words, which some names have and others lack."""


def _folded(text: str) -> str:
    """Returns a text without case, accents, and characters between words."""
    if not text.isascii():
        text = "".join(
            character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
        )
    return text.lower().translate(_BETWEEN)


_NAMES = tuple(
    map(
        _folded,
        (
            *("screenshot", "screen capture", "screen grab", "Bildschirmfoto", "capture d'écran"),
            *("captura de pantalla", "captura de tela", "captura de ecrã", "schermata", "istantanea schermo"),
            *("schermafbeelding", "skärmavbild", "skärmbild", "skjermbilde", "skærmbillede", "näyttökuva"),
            *("kuvakaappaus", "zrzut ekranu", "snímek obrazovky", "képernyőkép", "képernyőfotó"),
            *("ekran görüntüsü", "ekran resmi", "снимок экрана", "скриншот", "スクリーンショット", "스크린샷"),
            *("截屏", "截图", "截圖", "屏幕快照"),
        ),
    )
)
"""The names that phones and computers give to screenshots, in their users' languages."""

_ASCII_NAMES = tuple(filter(str.isascii, _NAMES))

_TEXTS = {"file name": "originalFileName", "path": "originalPath"}
_MAKE, _MODEL = exif("make"), exif("model")


def _says_screenshot(text: str) -> bool:
    folded = _folded(text)
    return any(name in folded for name in (_ASCII_NAMES if folded.isascii() else _NAMES))


def _why(record: Record) -> str | None:
    """Returns why a record is that of a screenshot. None if it is not."""
    if required(record, "type") != "IMAGE":
        return None
    texts = {word: str(required(record, name)) for word, name in _TEXTS.items()}
    if _says_screenshot("\n".join(texts.values())):  # one look for most photos, since it says so of few
        return next(f"{word} {text}" for word, text in texts.items() if _says_screenshot(text))
    is_png = record.get("originalMimeType") == "image/png"
    return "a PNG of no camera" if is_png and has_exif(record) and not (_MAKE(record) or _MODEL(record)) else None


IS_SCREENSHOT = Filter(
    "screenshot",
    lambda record: _why(record) is not None,
    frozenset({"type", "originalFileName", "originalPath", "originalMimeType", "exifInfo.make", "exifInfo.model"}),
    _why,
)


PREDICATE = Predicate(
    "screenshot",
    "Whether the photo is a screenshot, as far as can be told.",
    value=whether(IS_SCREENSHOT),
    picker=Picker.TRUTH,
    phrase="is a screenshot",
    examples=(("screenshot: true", "screenshots"), ("screenshot: false", "everything else")),
    notes=(
        "Immich does not mark screenshots, so this is a guess from what a file tells: an image whose name, or whose "
        "folder, says screenshot in one of many languages, or a PNG without the make and model of a camera. Other "
        "PNG pictures, such as graphics from the web, are taken for screenshots as well; screen recordings are not."
    ),
)
