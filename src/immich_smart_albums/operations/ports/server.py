"""The port for a server, with the key of one account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.model.workflow import Workflow, WorkflowStep
    from immich_smart_albums.operations.ports.albums import Albums
    from immich_smart_albums.operations.ports.directory import Directory, Embeddings, ServerInfo
    from immich_smart_albums.selection.ports import CacheSearchApi


class Pictures(Protocol):
    """Small pictures, for pages. Methods raise ServerError; Refused with status 404 if Immich has not made it yet.

    With the `etag` of the picture that the caller has, the same picture comes without data.
    """

    def of_asset(
        self, asset_id: str, size: Literal["thumbnail", "preview"] = "thumbnail", *, etag: str | None = None
    ) -> Picture:
        """Returns the picture of an asset, about 250 (`thumbnail`) or 1,440 (`preview`) pixels in size."""
        ...

    def of_person(self, person_id: str, *, etag: str | None = None) -> Picture:
        """Returns the face of a person."""
        ...


class Workflows(Protocol):
    """Immich's own workflows (3.0 and later). Every method raises ServerError rather than return less."""

    def methods(self) -> frozenset[str] | None:
        """Returns the methods that steps may use. None if this version has no workflows."""
        ...

    def owned(self) -> list[Workflow]:
        """Returns all workflows of the account."""
        ...

    def create(self, name: str, description: str, trigger: str, step: WorkflowStep) -> str:
        """Make a workflow of one step. Returns its id."""
        ...

    def details(self, workflow_id: str) -> Workflow:
        """Returns one workflow with its steps."""
        ...

    def delete(self, workflow_id: str) -> None:
        """Delete a workflow."""
        ...


class PhotoServer(Protocol):
    """One server and one key."""

    @property
    def base(self) -> str:
        """The address that people open in a browser."""
        ...

    @property
    def version(self) -> Version:
        """The server's version."""
        ...

    @property
    def directory(self) -> Directory:
        """Names."""
        ...

    @property
    def hints(self) -> ServerInfo:
        """Facts that help to understand a result."""
        ...

    @property
    def embeddings(self) -> Embeddings:
        """Embeddings of assets."""
        ...

    @property
    def pictures(self) -> Pictures:
        """Small pictures."""
        ...

    @property
    def searches(self) -> CacheSearchApi:
        """Searches."""
        ...

    @property
    def albums(self) -> Albums:
        """Albums."""
        ...

    @property
    def workflows(self) -> Workflows:
        """Immich's own workflows."""
        ...

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """Returns which of `exifInfo` and `people` a search for these fields asks Immich for."""
        ...

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """Returns the fields of a query that this version would silently ignore, each with an explanation."""
        ...

    def leaves_out_unread(self, query: Query) -> bool:
        """See `Capabilities.leaves_out_unread`."""
        ...

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """Returns an explanation for each of these fields of assets that this version does not return."""
        ...
