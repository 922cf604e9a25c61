"""Pictures of the studio on the sandbox: `make screenshots` takes the README's, and every view for who looks at it.

`python -m tests.web.screenshots [FOLDER]`: FOLDER gets all views at 360, 1,280 and 2,560 px, light
and dark. The tests keep two of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from immich_sandbox import Sandbox, generate
from tests.support.browser import CHROMIUM, browser, tab

from .conftest import opened
from .views import FIRST_RULES, HEIGHTS, SCHEMES, Screen, views, write_history

README_PICTURE = Path(__file__).parents[2] / "docs" / "images" / "studio.jpg"
README_VIEW = "photo"
LARGEST = 200_000


def main(folder: Path) -> None:
    """Take them all. Ends with a message where there is no browser, or the README's picture is too large."""
    if CHROMIUM is None:
        raise SystemExit("There is no Chromium: install the package chromium.")
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as rules,
        Sandbox(generate(600)) as sandbox,
        opened(sandbox, Path(rules), rules=FIRST_RULES) as studio,
        browser() as running,
        tab(running, studio.url) as window,
    ):
        window.ignored = "404"  # the view that is not there
        write_history(studio)
        screen = Screen(window, folder)
        for name in views(window, studio):
            for width in HEIGHTS:
                for scheme in SCHEMES:
                    screen.show(width, scheme)
                    screen.keep(name, width, scheme)
            if name == README_VIEW:
                screen.show(1280, "light")
                README_PICTURE.parent.mkdir(parents=True, exist_ok=True)
                window.page.screenshot(path=README_PICTURE, type="jpeg", quality=80)
    if README_PICTURE.stat().st_size > LARGEST:
        raise SystemExit(f"{README_PICTURE} is larger than {LARGEST:,} bytes.")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
