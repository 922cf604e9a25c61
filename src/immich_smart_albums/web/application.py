"""The ASGI application: which route has which handler."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from immich_smart_albums.web.routes.album import AlbumRoutes
from immich_smart_albums.web.routes.deletion import DeletionRoutes
from immich_smart_albums.web.routes.edits import EditRoutes
from immich_smart_albums.web.routes.files import FileRoutes
from immich_smart_albums.web.routes.new_album import NewAlbumRoutes
from immich_smart_albums.web.routes.pages import Pages
from immich_smart_albums.web.routes.photo import PhotoRoutes
from immich_smart_albums.web.routes.pictures import PictureRoutes
from immich_smart_albums.web.routes.runs import RunRoutes
from immich_smart_albums.web.safety import Policy, SafetyMiddleware

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from immich_smart_albums.web.studio import Studio

_STATIC = Path(__file__).with_name("static")


def application(studio: Studio, policy: Policy) -> ASGIApp:
    """Returns the studio as an ASGI application, which may be mounted anywhere: its pages use relative addresses."""
    app = Starlette(routes=routes(studio), exception_handlers=Pages(studio).exception_handlers())
    app.router.redirect_slashes = False  # a redirect would name a host, and lose the path that the studio is mounted at
    return SafetyMiddleware(app, policy)


def routes(studio: Studio) -> list[Route | Mount]:
    """Returns all routes."""
    pages, album, photo, new_album = Pages(studio), AlbumRoutes(studio), PhotoRoutes(studio), NewAlbumRoutes(studio)
    edits, deletion, files = EditRoutes(studio), DeletionRoutes(studio), FileRoutes(studio)
    runs, pictures = RunRoutes(studio), PictureRoutes(studio.session)
    return [
        Route("/", pages.albums),
        Route("/albums", pages.albums_body),
        Route("/status", pages.status),
        Route("/progress", pages.progress),
        Route("/album", album.album),
        Route("/new", new_album.new),
        Route("/starters", new_album.starters),
        Route("/create", new_album.create, methods=["POST"]),
        Route("/preview", album.preview_saved),
        Route("/preview", album.preview_typed, methods=["POST"]),
        Route("/photos", album.photos),
        Route("/row-counts", album.row_counts),
        Route("/photo", photo.photo),
        Route("/edit", edits.edit, methods=["POST"]),
        Route("/row", edits.row, methods=["POST"]),
        Route("/suggestions", edits.suggestions),
        Route("/points", edits.points),
        Route("/save", album.save, methods=["POST"]),
        Route("/delete", deletion.delete),
        Route("/delete-rule", deletion.delete_rule, methods=["POST"]),
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
