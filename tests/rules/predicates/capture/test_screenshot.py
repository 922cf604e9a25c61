"""The predicate on screenshots."""

from __future__ import annotations

import unicodedata

import pytest

from tests.support.asset_records import check, holds, record
from tests.support.yaml_values import problem


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot_20240512-153614.png",
        "Screen Shot 2024-05-12 at 15.36.14.jpg",
        "Bildschirmfoto 2024-05-12 um 15.36.14.jpg",
        "Capture d\u2019écran 2024-05-12.jpg",
        "Captura de pantalla 2024.jpg",
        "Captura de ecrã 2024.jpg",
        "Schermafbeelding 2024.jpg",
        "Skärmavbild 2024.jpg",
        "Näyttökuva 2024.jpg",
        "Zrzut ekranu 2024.jpg",
        "スクリーンショット 2024.jpg",
        "截屏2024.jpg",
        "스크린샷 2024.jpg",
        "Снимок экрана 2024.jpg",
    ],
)
def test_a_name_tells_a_screenshot(name: str) -> None:
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, name)
        assert holds({"screenshot": True}, record(originalFileName=written, make="Apple")), name


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png"}, "a PNG of no camera"),
        ({"originalPath": "/photos/Screenshots/1.jpg"}, "path /photos/Screenshots/1.jpg"),
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png", "make": "Canon"}, None),
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png", "exifInfo": None}, None),
        ({"originalFileName": "IMG_1.jpg"}, None),
        ({"originalFileName": "Screenshot.mp4", "type": "VIDEO"}, None),
        ({"originalFileName": "Landscreen.jpg"}, None),
    ],
)
def test_what_tells_a_screenshot(fields: dict[str, object], why: str | None) -> None:
    photo = record(**fields)
    assert holds({"screenshot": True}, photo) is holds({"media": "screenshot"}, photo) is (why is not None)
    assert holds({"screenshot": False}, photo) is (why is None)
    assert check({"screenshot": True}).evidence(photo) == why


@pytest.mark.parametrize(
    "match",
    [
        {"screenshot": "no"},
    ],
)
def test_anything_but_true_or_false_is_told(match: object) -> None:
    assert "is expected here" in problem(match).message
