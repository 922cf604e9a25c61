"""API keys and their permissions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from immich_sandbox.api_error import ApiError
from immich_sandbox.seeded import seeded, uuid4

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_sandbox.levels import Level
    from immich_sandbox.library.records import User

MINIMAL = (
    "asset.read",
    "asset.statistics",
    "album.read",
    "album.create",
    "album.update",
    "albumAsset.create",
    "albumAsset.delete",
    "person.read",
    "tag.read",
    "user.read",
)
"""What a tool needs that keeps albums, from 1.137 on."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of one user, with its secret and what it may do: names of permissions, or `all`."""

    id: str
    name: str
    secret: str
    user_id: str
    permissions: tuple[str, ...]

    def may(self, permission: str) -> bool:
        """Whether the key has this permission."""
        return "all" in self.permissions or permission in self.permissions


class KeyRing:
    """All keys of a server, found by secret."""

    def __init__(self) -> None:
        """Start without keys."""
        self.by_name: dict[str, ApiKey] = {}
        self._by_secret: dict[str, ApiKey] = {}

    def add(self, name: str, user: User, permissions: Iterable[str]) -> ApiKey:
        """Make a key; its secret follows from the name, so that it is the same on every run."""
        secret, key_id = _secret_and_id(name)
        key = ApiKey(key_id, name, secret, user.id, tuple(permissions))
        self.by_name[name] = key
        self._by_secret[secret] = key
        return key

    def find(self, headers: Mapping[str, str], query: Mapping[str, str]) -> ApiKey:
        """Return the key that a request carries, in `x-api-key` or `?apiKey=`; a Bearer token is no key.

        Raises:
            ApiError: 401, with a text that depends on what is wrong (3.1.0, recorded).
        """
        secret = headers.get("x-api-key") or query.get("apiKey")
        if secret is None:
            if headers.get("authorization", "").startswith("Bearer "):
                raise ApiError(401, "Invalid user token")
            raise ApiError(401, "Authentication required")
        if secret not in self._by_secret:
            raise ApiError(401, "Invalid API key")
        return self._by_secret[secret]


@lru_cache(maxsize=256)
def _secret_and_id(name: str) -> tuple[str, str]:
    secret = "sandbox" + hashlib.sha256(name.encode()).hexdigest()[:36]
    return secret, uuid4(seeded(secret))


def require(key: ApiKey, route: str, permission: str, level: Level) -> None:
    """Check that a key may call a route, given as `METHOD /path`.

    Raises:
        ApiError: 403, naming the one permission that is missing.
    """
    if permission and route not in level.any_key_routes and not key.may(permission):
        raise ApiError(403, f"Missing required permission: {permission}")
