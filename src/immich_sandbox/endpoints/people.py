"""People and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.answers.json_shapes import id_result, person_json, tag_json
from immich_sandbox.api_error import no_access
from immich_sandbox.library.access import may_share
from immich_sandbox.library.text_match import like, resembles
from immich_sandbox.pictures.picture import draw_person
from immich_sandbox.request import Response, json_response
from immich_sandbox.requests.fields import Field

if TYPE_CHECKING:
    from immich_sandbox.library.records import Person, Tag
    from immich_sandbox.request import ApiRequest

_MIN_FACES = 3
"""A person without a name is listed from so many faces on (the server's default)."""


def list_people(request: ApiRequest) -> Response:
    """GET /people: those with a face in the timeline; named ones, and unnamed ones with enough faces."""
    parameters = request.checked_query(
        Field("page", "integer", low=1), Field("size", "integer", low=1, high=1000), Field("withHidden", "boolean")
    )
    own = [
        (person, _faces(request, person))
        for person in request.library.people.values()
        if person.owner_id == request.user_id
    ]
    present = [(person, faces) for person, faces in own if faces]
    listed = [(person, faces) for person, faces in present if person.name or faces >= _MIN_FACES]
    if not parameters.get("withHidden"):
        listed = [(person, faces) for person, faces in listed if not person.is_hidden]
    listed.sort(key=_rank)
    size = parameters.get("size", 500)
    start = (parameters.get("page", 1) - 1) * size
    return json_response(
        {
            "people": [person_json(person) for person, _ in listed[start : start + size]],
            "hasNextPage": len(listed) > start + size,
            "total": len(present),
            "hidden": sum(person.is_hidden for person, _ in present),
        }
    )


def _rank(counted: tuple[Person, int]) -> tuple[bool, bool, bool, int]:
    person, faces = counted
    return person.is_hidden, not person.is_favorite, not person.name, -faces


def _faces(request: ApiRequest, person: Person) -> int:
    assets = (request.library.assets[asset_id] for asset_id in request.library.assets_of_person(person.id))
    return sum(asset.visibility == "timeline" and asset.deleted_at is None for asset in assets)


def search_person(request: ApiRequest) -> Response:
    """GET /search/person: own people by the beginning of a word of their name, wherever their photos are.

    At most 1,000 people. Since 2.7 similar names come as well, and at most 100.
    """
    parameters = request.checked_query(Field("name", "text", required=True), Field("withHidden", "boolean"))
    name = parameters["name"]
    tests = [like(name, before=""), like(name, before="% ")]
    if request.level.asset_dimensions:
        alike = resembles(name)
        tests.append(lambda text: text is not None and alike(text))
    own = (person for person in request.library.people.values() if person.owner_id == request.user_id)
    people = [person for person in own if person.name and any(test(person.name) for test in tests)]
    shown = [person for person in people if parameters.get("withHidden") or not person.is_hidden]
    most = 100 if request.level.asset_dimensions else 1000
    return json_response([person_json(person) for person in shown[:most]])


def get_person(request: ApiRequest) -> Response:
    """GET /people/{id}."""
    return json_response(person_json(_own_person(request)))


def person_statistics(request: ApiRequest) -> Response:
    """GET /people/{id}/statistics: the timeline only, while a search counts archived photos, too."""
    return json_response({"assets": _faces(request, _own_person(request))})


def person_thumbnail(request: ApiRequest) -> Response:
    """GET /people/{id}/thumbnail: an SVG here, a JPEG on a real server."""
    headers = {"cache-control": "private, no-cache, no-transform"}
    return Response(body=draw_person(_own_person(request)).encode(), content_type="image/svg+xml", headers=headers)


def _own_person(request: ApiRequest) -> Person:
    person = request.library.people.get(request.ids["id"])
    if person is None or person.owner_id != request.user_id:
        raise no_access("person.read")
    return person


def list_tags(request: ApiRequest) -> Response:
    """GET /tags: all of the user's, flat, by path."""
    own = sorted(
        (tag for tag in request.library.tags.values() if tag.owner_id == request.user_id), key=lambda tag: tag.value
    )
    return json_response([tag_json(tag) for tag in own])


def tag_assets(request: ApiRequest) -> Response:
    """PUT /tags/{id}/assets: one result for each id; this does move `updatedAt`."""
    library = request.library
    tag = _own_tag(request)
    results = []
    for asset_id in request.checked_body(Field("ids", "uuids", required=True))["ids"]:
        asset = library.assets.get(asset_id)
        if asset is None or not may_share(library, asset, request.user_id):
            results.append(id_result(asset_id, "no_permission"))
        elif tag.id in asset.tag_ids:
            results.append(id_result(asset_id, "duplicate"))
        else:
            library.update(asset_id, tag_ids=(*asset.tag_ids, tag.id))
            results.append(id_result(asset_id))
    return json_response(results)


def untag_assets(request: ApiRequest) -> Response:
    """DELETE /tags/{id}/assets: one result for each id; this moves `updatedAt` as well."""
    library = request.library
    tag = _own_tag(request)
    results = []
    for asset_id in request.checked_body(Field("ids", "uuids", required=True))["ids"]:
        asset = library.assets.get(asset_id)
        if asset is None or tag.id not in asset.tag_ids:
            results.append(id_result(asset_id, "not_found"))
        else:
            library.update(asset_id, tag_ids=tuple(tag_id for tag_id in asset.tag_ids if tag_id != tag.id))
            results.append(id_result(asset_id))
    return json_response(results)


def _own_tag(request: ApiRequest) -> Tag:
    tag = request.library.tags.get(request.ids["id"])
    if tag is None or tag.owner_id != request.user_id:
        raise no_access("tag.asset")
    return tag
