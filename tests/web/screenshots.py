"""Pictures of the studio on the sandbox: `make screenshots` takes the README's, and every view for who looks at it.

`python -m tests.web.screenshots [FOLDER]`: FOLDER gets all views at 360, 1,280 and 2,560 px, light
and dark.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from immich_sandbox import Sandbox, generate

from .browser import CHROMIUM, browser, tab
from .conftest import RULES, opened

README_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "studio.jpg"
LARGEST = 200_000
VIEWS = {
    "albums": "",
    "album": "album?name=Kids in Finland",
    "new": "new",
    "plan": "plan",
    "history": "history",
    "check": "check",
}


def main(folder: Path) -> None:
    """Take them all. Ends with a message where there is no browser, or the README's picture is too large."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium: install the package chromium.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as rules,
        Sandbox(generate(600)) as sandbox,
        opened(sandbox, Path(rules), rules=RULES) as studio,
        browser() as running,
    ):
        for scheme in ("light", "dark"):
            for width, height in ((360, 740), (1280, 800), (2560, 1300)):
                options = {"color_scheme": scheme, "viewport": {"width": width, "height": height}}
                with tab(running, studio.url, **options) as at:
                    for name, address in VIEWS.items():
                        at.goto(address)
                        if name == "album":
                            at.until("[...document.querySelectorAll('.cell img')].filter(i => i.complete).length > 8")
                            at.page.click(".cell >> nth=1")
                            at.page.wait_for_selector(".panel .why")
                        at.page.wait_for_load_state("networkidle")
                        at.page.screenshot(path=folder / f"{name}-{width}-{scheme}.png")
                        if (name, width, scheme) == ("album", 1280, "light"):
                            README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
                            at.page.screenshot(path=README_PICTURE, type="jpeg", quality=80)
    if README_PICTURE.stat().st_size > LARGEST:
        raise SystemExit(f"{README_PICTURE} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
