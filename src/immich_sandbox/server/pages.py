"""The few web pages of the sandbox: one for each photo, so that preview links open, and one for everything else."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from immich_sandbox.library import times
from immich_sandbox.pictures.picture import draw_asset

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:44rem;padding:0 1rem;color:#222}}
svg{{width:100%;height:auto;border-radius:8px}}dl{{display:grid;grid-template-columns:8rem 1fr;gap:.2rem 1rem}}
dt{{color:#666}}dd{{margin:0}}</style></head>
<body><h1>{title}</h1>{body}</body></html>
"""


def web_page(text: str = "This is a sandbox. Its interface is the API under /api.") -> str:
    """Return what every path outside the API shows; a real server sends its web application, with 200."""
    return _PAGE.format(title="Immich sandbox", body=f"<p>{html.escape(text)}</p>")


def photo_page(library: Library, asset_id: str) -> str:
    """Return the page of one photo: its picture and its facts."""
    asset = library.assets.get(asset_id)
    if asset is None:
        return web_page("There is no such photo in this sandbox.")
    facts = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in _facts(library, asset).items()
        if value
    )
    return _PAGE.format(title=html.escape(asset.original_file_name), body=f"{draw_asset(asset)}<dl>{facts}</dl>")


def _facts(library: Library, asset: Asset) -> dict[str, str]:
    exif = asset.exif
    people = (library.people[person_id].name for person_id in asset.person_ids)
    albums = (library.albums[album_id].name for album_id in library.albums_of_asset(asset.id))
    place = (exif.city, exif.state, exif.country) if exif else ()
    camera = (exif.make, exif.model, exif.lens_model) if exif else ()
    return {
        "Taken": f"{times.plain(asset.local_date_time)[:19].replace('T', ' ')} (local time)",
        "Owner": library.users[asset.owner_id].name,
        "People": ", ".join(name for name in people if name),
        "Place": ", ".join(part for part in place if part),
        "Camera": ", ".join(part for part in camera if part),
        "Description": exif.description if exif else "",
        "Tags": ", ".join(library.tags[tag_id].value for tag_id in asset.tag_ids),
        "Albums": ", ".join(sorted(albums)),
        "Visibility": asset.visibility + (", in the trash" if asset.deleted_at is not None else ""),
        "Path": asset.original_path,
        "Id": asset.id,
    }
