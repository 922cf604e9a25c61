#!/usr/bin/env python3
"""Runs the tool from a checkout: `python3 immich-smart-albums.py …`."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent
NEEDED = ("dotenv", "jsonpath", "msgspec", "regex", "rich", "stamina", "starlette", "urllib3", "uvicorn")


def use_own_environment() -> None:
    """Go on in the checkout's `.venv` where this Python has not what the tool needs."""
    python = CHECKOUT / ".venv" / "bin" / "python"
    if all(importlib.util.find_spec(name) for name in NEEDED):
        return
    if not python.exists() or Path(sys.prefix) == CHECKOUT / ".venv":
        sys.exit(f"error: the packages that this needs are not installed\n  → run: pip install {CHECKOUT}")
    os.execv(python, [str(python), __file__, *sys.argv[1:]])  # noqa: S606 - our own interpreter, no shell


if __name__ == "__main__":
    use_own_environment()
    sys.path.insert(0, str(CHECKOUT / "src"))
    from immich_smart_albums.cli.main import main

    main()
