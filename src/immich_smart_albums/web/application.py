"""The application: which address is answered by what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from immich_smart_albums.web.routes.deleting import DeletionRoutes
from immich_smart_albums.web.routes.edits import EditRoutes
from immich_smart_albums.web.routes.files import FileRoutes
from immich_smart_albums.web.routes.pages import Pages
from immich_smart_albums.web.routes.pictures import PictureRoutes
from immich_smart_albums.web.routes.rules import RuleRoutes
from immich_smart_albums.web.routes.runs import RunRoutes
from immich_smart_albums.web.safety import Policy, Safety

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from immich_smart_albums.web.studio import Studio

_STATIC = Path(__file__).with_name("static")


def application(studio: Studio, policy: Policy) -> ASGIApp:
    """Returns the studio as an ASGI application.

    All addresses in its pages are relative, so it may be mounted anywhere.
    """
    app = Starlette(routes=routes(studio), exception_handlers=Pages(studio).failures())
    app.router.redirect_slashes = False  # it would name a host, and leave the path that this is mounted below
    return Safety(app, policy)


def routes(studio: Studio) -> list[Route | Mount]:
    """Returns the routes of every address that there is."""
    pages, rules, runs = Pages(studio), RuleRoutes(studio), RunRoutes(studio)
    edits, files, pictures = EditRoutes(studio), FileRoutes(studio), PictureRoutes(studio.session)
    deletions = DeletionRoutes(studio)
    return [
        Route("/", pages.albums),
        Route("/albums", pages.albums_body),
        Route("/status", pages.status),
        Route("/progress", pages.progress),
        Route("/album", rules.album),
        Route("/new", rules.new),
        Route("/starters", rules.starters),
        Route("/create", rules.create, methods=["POST"]),
        Route("/preview", rules.preview_saved),
        Route("/preview", rules.preview_typed, methods=["POST"]),
        Route("/photos", rules.photos),
        Route("/further", rules.further),
        Route("/photo", rules.photo),
        Route("/edit", edits.edit, methods=["POST"]),
        Route("/row", edits.row, methods=["POST"]),
        Route("/suggestions", edits.suggestions),
        Route("/points", edits.points),
        Route("/save", rules.save, methods=["POST"]),
        Route("/delete", deletions.delete),
        Route("/delete-rule", deletions.delete_rule, methods=["POST"]),
        Route("/file", files.file),
        Route("/check-file", files.check, methods=["POST"]),
        Route("/save-file", files.save, methods=["POST"]),
        Route("/plan", runs.plan),
        Route("/plan-body", runs.plan_body),
        Route("/apply", runs.apply, methods=["POST"]),
        Route("/make-again", runs.make_again, methods=["POST"]),
        Route("/was", runs.was, methods=["POST"]),
        Route("/job", runs.job),
        Route("/stop", runs.stop, methods=["POST"]),
        Route("/history", runs.history),
        Route("/run", runs.run),
        Route("/undo", runs.undo),
        Route("/undo-body", runs.undo_body),
        Route("/check", pages.check),
        Route("/check-body", pages.check_body),
        Route("/picture/{id}", pictures.photo),
        Route("/face/{id}", pictures.face),
        Route("/cover/{id}", pictures.cover),
        Mount("/static", StaticFiles(directory=_STATIC)),
    ]
