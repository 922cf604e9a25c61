"""Answers other than success, in the two shapes that servers before and after 3.0 give them."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ApiError(Exception):
    """An answer, not an accident; `issues` and `lines` say what is wrong with a body, in the new way and the old."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        issues: Sequence[Mapping[str, Any]] = (),
        lines: Sequence[str] = (),
    ) -> None:
        """Refuse with a message, and with what was wrong with each field where a body was checked."""
        super().__init__(message)
        self.status = status
        self.message = message
        self.issues = issues
        self.lines = lines

    def body(self, *, zod: bool, correlation_id: str) -> dict[str, Any]:
        """Return the JSON body: short from 3.0.0 on, with status and correlation id before (2.5.6, recorded)."""
        if zod:
            return {"message": self.message} | ({"errors": list(self.issues)} if self.issues else {})
        return {
            "message": list(self.lines) or self.message,
            "error": HTTPStatus(self.status).phrase,
            "statusCode": self.status,
            "correlationId": correlation_id,
        }


def no_access(permission: str) -> ApiError:
    """What an id gets that is unknown or somebody else's: 400, never 403 or 404."""
    return ApiError(400, f"Not found or no {permission} access")


def unknown_route(method: str, path: str) -> ApiError:
    """What a path gets that no controller has."""
    return ApiError(404, f"Cannot {method} {path}")
