"""Uploads of single photos, and the workflows that they start: the webhook step calls its address.

Immich takes each photo through its queues; here the test or the demonstration says how far one has come.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import urllib.request
from typing import TYPE_CHECKING, Any

from immich_sandbox.answers.asset_json import AssetWriter
from immich_sandbox.library.indexing import IndexingBacklog

if TYPE_CHECKING:
    from immich_sandbox.levels import Level
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

CONCURRENCY = 5
"""Calls at a time, as Immich's queue has it."""

_WEBHOOK = "immich-plugin-core#webhook"
_TIMEOUT = 10.0
_METHODS = ("POST", "PUT")


class Uploads:
    """Adds new photos to the library, and calls the webhooks of the workflows for them."""

    def __init__(self, library: Library, level: Level) -> None:
        """Add to this library, and send photos as this version does."""
        self._library = library
        self._writer = AssetWriter(library, level)
        self._indexing = IndexingBacklog(library)
        self._jobs: queue.SimpleQueue[urllib.request.Request] = queue.SimpleQueue()
        self._workers: list[threading.Thread] = []
        self.failed = 0
        """How many calls failed to connect; Immich logs them, and ignores the status of a response."""

    def upload(self, **fields: Any) -> Asset:  # noqa: ANN401 - those of `Library.add_asset`
        """Add a photo of which nothing is known yet. Returns it."""
        asset = self._library.add_asset(**fields)
        self._indexing.hold(asset.id)
        self._trigger("AssetCreate", asset)
        return asset

    def read(self, asset: Asset) -> None:
        """Read the file of a photo: from now on its metadata is known."""
        self._indexing.hold(asset.id, "metadata", uploaded=asset.created_at)
        self._trigger("AssetMetadataExtraction", asset)

    def look_at(self, asset: Asset) -> None:
        """Finish embedding, faces and text of a photo, for which no workflow starts."""
        self._indexing.finish(asset.id)

    def _trigger(self, trigger: str, asset: Asset) -> None:
        for workflow in tuple(self._library.workflows.values()):
            if workflow.enabled and workflow.trigger == trigger and workflow.owner_id == asset.owner_id:
                for step in workflow.steps:
                    if step["enabled"] and step["method"] == _WEBHOOK:
                        self._jobs.put(self._call(trigger, asset, step["config"] or {}))
        while self._library.workflows and len(self._workers) < CONCURRENCY:
            worker = threading.Thread(target=self._work, name="workflow", daemon=True)
            self._workers.append(worker)
            worker.start()

    def _call(self, trigger: str, asset: Asset, config: dict[str, Any]) -> urllib.request.Request:
        body = {"type": "AssetV1", "trigger": trigger, "data": {"asset": self._writer.whole(asset, asset.owner_id)}}
        headers = {"Content-Type": "application/json"}
        if config.get("headerName") and config.get("headerValue"):
            headers[config["headerName"]] = config["headerValue"]
        method = config.get("method") if config.get("method") in _METHODS else "POST"
        return urllib.request.Request(config["url"], json.dumps(body).encode(), headers, method=method)  # noqa: S310

    def _work(self) -> None:
        while True:
            request = self._jobs.get()
            try:
                with contextlib.closing(urllib.request.urlopen(request, timeout=_TIMEOUT)):  # noqa: S310 - of a test
                    pass
            except OSError:
                self.failed += 1
