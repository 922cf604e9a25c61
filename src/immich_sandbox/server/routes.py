"""The routes with their permissions (3.1; `levels` says which of them older versions lack)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_sandbox.endpoints import activities, albums, assets, people, queues, search, server, timeline, workflows

if TYPE_CHECKING:
    from immich_sandbox.levels import Level
    from immich_sandbox.request import Handler

PUBLIC = "public"
ANY_KEY = ""
_UNDER_MAINTENANCE = ("/server/config", "/server/version", "/server/ping")


@dataclass(frozen=True, slots=True)
class Route:
    """One route: method, path below /api, permission, and the function that handles its requests."""

    method: str
    path: str
    permission: str
    handler: Handler

    @property
    def name(self) -> str:
        """`METHOD /path`."""
        return f"{self.method} {self.path}"


ROUTES: tuple[Route, ...] = (
    Route("GET", "/server/ping", PUBLIC, server.ping),
    Route("GET", "/server/version", PUBLIC, server.version),
    Route("GET", "/server/features", PUBLIC, server.features),
    Route("GET", "/server/config", PUBLIC, server.config),
    Route("GET", "/server/about", "server.about", server.about),
    Route("GET", "/users", "user.read", server.users),
    Route("GET", "/users/me", "user.read", server.own_user),
    Route("GET", "/api-keys/me", ANY_KEY, server.own_key),
    Route("GET", "/api-keys/{id}", "apiKey.read", server.key_by_id),
    Route("GET", "/queues", "queue.read", queues.queues),
    Route("GET", "/jobs", "job.read", queues.jobs),
    Route("GET", "/partners", "partner.read", server.partners),
    Route("PUT", "/partners/{id}", "partner.update", server.update_partner),
    Route("POST", "/search/metadata", "asset.read", search.metadata),
    Route("POST", "/search/smart", "asset.read", search.smart),
    Route("POST", "/search/random", "asset.read", search.random),
    Route("POST", "/search/statistics", "asset.statistics", search.statistics),
    Route("POST", "/search/large-assets", "asset.read", search.large_assets),
    Route("GET", "/search/suggestions", "asset.read", search.suggestions),
    Route("GET", "/search/person", "person.read", people.search_person),
    Route("GET", "/people", "person.read", people.list_people),
    Route("GET", "/people/{id}", "person.read", people.get_person),
    Route("GET", "/people/{id}/statistics", "person.statistics", people.person_statistics),
    Route("GET", "/people/{id}/thumbnail", "person.read", people.person_thumbnail),
    Route("GET", "/tags", "tag.read", people.list_tags),
    Route("PUT", "/tags/{id}/assets", "tag.asset", people.tag_assets),
    Route("DELETE", "/tags/{id}/assets", "tag.asset", people.untag_assets),
    Route("GET", "/albums", "album.read", albums.list_albums),
    Route("POST", "/albums", "album.create", albums.create_album),
    Route("GET", "/albums/statistics", "album.statistics", albums.statistics),
    Route("PUT", "/albums/assets", "albumAsset.create", albums.add_assets_to_albums),
    Route("GET", "/albums/{id}", "album.read", albums.get_album),
    Route("PATCH", "/albums/{id}", "album.update", albums.update_album),
    Route("DELETE", "/albums/{id}", "album.delete", albums.delete_album),
    Route("PUT", "/albums/{id}/assets", "albumAsset.create", albums.add_assets),
    Route("DELETE", "/albums/{id}/assets", "albumAsset.delete", albums.remove_assets),
    Route("GET", "/albums/{id}/map-markers", "album.read", timeline.album_markers),
    Route("PUT", "/albums/{id}/users", "albumUser.create", albums.add_users),
    Route("PUT", "/albums/{id}/user/{userId}", "albumUser.update", albums.update_user),
    Route("DELETE", "/albums/{id}/user/{userId}", "albumUser.delete", albums.remove_user),
    Route("GET", "/activities", "activity.read", activities.activities),
    Route("GET", "/timeline/buckets", "asset.read", timeline.buckets),
    Route("GET", "/timeline/bucket", "asset.read", timeline.bucket),
    Route("GET", "/map/markers", "map.read", timeline.markers),
    Route("POST", "/download/info", "asset.download", assets.download_info),
    Route("GET", "/stacks", "stack.read", assets.stacks),
    Route("GET", "/assets/statistics", "asset.statistics", assets.statistics),
    Route("GET", "/assets/{id}", "asset.read", assets.get_asset),
    Route("PUT", "/assets/{id}", "asset.update", assets.update_asset),
    Route("GET", "/assets/{id}/thumbnail", "asset.view", assets.thumbnail),
    Route("GET", "/plugins/methods", "plugin.read", workflows.methods),
    Route("GET", "/workflows/triggers", ANY_KEY, workflows.triggers),
    Route("GET", "/workflows", "workflow.read", workflows.list_workflows),
    Route("POST", "/workflows", "workflow.create", workflows.create_workflow),
    Route("GET", "/workflows/{id}", "workflow.read", workflows.get_workflow),
    Route("PUT", "/workflows/{id}", "workflow.update", workflows.update_workflow),
    Route("PATCH", "/workflows/{id}", "workflow.update", workflows.update_workflow),
    Route("DELETE", "/workflows/{id}", "workflow.delete", workflows.delete_workflow),
)


_PLAIN = {(route.method, route.path): route for route in ROUTES if "{" not in route.path}
_WITH_IDS = [
    (route, re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", route.path))) for route in ROUTES if "{" in route.path
]


class Router:
    """Finds the route of a request among those that a level has."""

    def __init__(self, level: Level) -> None:
        """Know the routes of this level; paths without an id go first."""
        self._level = level

    def find(self, method: str, path: str, *, maintenance: bool) -> tuple[Route, dict[str, str]] | None:
        """Return the route of a path below /api, and the ids in it. None if there is none. A final slash is ignored."""
        if maintenance and self._level.maintenance and path not in _UNDER_MAINTENANCE:
            return None
        path = path.removesuffix("/")
        plain = _PLAIN.get((method, path))
        if plain is not None and self._has(plain):
            return plain, {}
        for route, pattern in _WITH_IDS:
            if route.method == method and (match := pattern.fullmatch(path)) and self._has(route):
                return route, match.groupdict()
        return None

    def _has(self, route: Route) -> bool:
        return route.name not in self._level.missing_routes
