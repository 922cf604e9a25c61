"""Requests of a session that nobody waits for: the whole library, and photos that drafts left open.

They go over connections of their own, so that other operations go on meanwhile.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.library.values import LibraryValues
from immich_smart_albums.selection.cache.records import WIDE

if TYPE_CHECKING:
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.session.context import SessionContext

AT_A_TIME = 1000
"""Photos to ask about before others get their turn. If the operation is stopped, only the answers to these are lost."""


def read_library(context: SessionContext, *, stop: Stop) -> None:
    """Read all timelines into memory; see `Session.read_library`. Raises Stopped."""
    servers = context.background(stop)
    records_of = {name: records for name, records in context.records.items() if name in servers}
    if context.values is not None and all(WHOLE_LIBRARY in records.sizes() for records in records_of.values()):
        return
    values = LibraryValues()
    for name, records in records_of.items():
        is_known = WHOLE_LIBRARY in records.sizes()
        with closing(records.read(WHOLE_LIBRARY, WIDE, servers[name].searches)) as batches:
            for batch in batches:
                values.add(batch)
                if stop():
                    raise Stopped
                if not is_known and WHOLE_LIBRARY in records.sizes():
                    read_library(context, stop=stop)  # a page that could not wait has read it meanwhile
                    return
    context.values = values


def close_open(context: SessionContext, *, stop: Stop) -> None:
    """Ask about the photos that drafts left open; see `Session.close_open`. Raises Stopped."""
    for name, server in context.background(stop).items():
        while True:
            if stop():
                raise Stopped
            with context.lock:
                indexing = context.drafts.indexing.get(name)
                question = None if indexing is None else indexing.left_open(AT_A_TIME)
            if indexing is None or question is None:
                break
            assets, scope = question
            embedded = server.embeddings.of(assets, scope)  # without the lock: nobody waits for this
            with context.lock:
                indexing.learn(assets, embedded)
