"""Pages from templates. Every value is escaped, and the page's own policy allows nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from immich_smart_albums.report.words import one_line


def templates() -> PackageLoader:
    """Returns the loader of the templates."""
    return PackageLoader("immich_smart_albums.report.html", "templates")


@cache
def _environment() -> Environment:
    loader = templates()
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["name"] = one_line
    return environment


def page(template: str, **values: object) -> str:
    """Returns a page, with the style sheet in it."""
    environment = _environment()
    style, *_ = environment.loader.get_source(environment, "style.css") if environment.loader else ("",)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    # The style sheet is ours. It is not escaped, since the policy allows exactly this text, by its digest.
    style_sheet = Markup(style)  # noqa: S704
    return environment.get_template(template).render(style=style_sheet, style_hash=f"sha256-{digest}", **values)
