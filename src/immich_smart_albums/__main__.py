"""`python -m immich_smart_albums`."""

from __future__ import annotations

from immich_smart_albums.cli.main import main

if __name__ == "__main__":
    main()
