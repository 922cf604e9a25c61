"""A plan as JSON, for programs. The file that `plan --out` writes for `apply` is another one."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, DeleteAlbum, RemoveAssets, SetDetails, ShareAlbum
from immich_smart_albums.report.assets import asset_json
from immich_smart_albums.report.envelope import envelope
from immich_smart_albums.report.failures import GUARD_HINT, album_problems_json, plan_problems, problem_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.changes.change import Change, Edit
    from immich_smart_albums.changes.plan import AlbumPlan, Plan, Waiting
    from immich_smart_albums.errors import Problem


def plan_json(plan: Plan, failures: Mapping[str, Sequence[Problem]] = MappingProxyType({})) -> dict[str, object]:
    """Returns a plan as one JSON object; `failures` are the problems of writing its albums."""
    fields = {
        "server": plan.server,
        "madeAt": plan.made_at,
        "verb": plan.verb,
        "undoes": plan.undoes,
        "fingerprint": plan.fingerprint,
        "hasChanges": plan.has_changes,
        "isRefused": plan.is_refused,
        "refusals": plan.refusals,
        "problems": [
            *({"where": "guard", "message": refusal, "hint": GUARD_HINT} for refusal in plan.refusals),
            *album_problems_json(plan_problems(plan)),
            *album_problems_json(failures),
        ],
        "totals": {
            "albums": len(plan.albums),
            "albumsToChange": sum(album.has_changes for album in plan.albums),
            "albumsToCreate": sum(album.album is None for album in plan.albums if album.has_changes),
            "albumsWithProblems": sum(bool(album.problems) for album in plan.albums),
            "add": sum(len(album.additions) for album in plan.albums),
            "remove": sum(len(album.removals) for album in plan.albums),
            "waiting": sum(len(waiting.assets) for album in plan.albums for waiting in album.waiting),
        },
        "albums": [_album(album, plan.server) for album in plan.albums],
    }
    return envelope(fields)


def _album(album: AlbumPlan, base: str) -> dict[str, object]:
    current = album.album
    return {
        "rule": album.rule,
        "name": album.name,
        "owner": album.owner,
        "album": current and {"id": current.id, "url": f"{base}/albums/{current.id}"},
        "matched": album.matched,
        "present": album.present,
        "alreadyThere": album.already_there,
        "handMade": album.hand_made,
        "add": len(album.additions),
        "remove": len(album.removals),
        "changes": [change_json(change, base) for change in album.changes],
        "keptOut": [asset_json(asset, base) for asset in album.kept_out],
        "waiting": [_waiting(waiting, base) for waiting in album.waiting],
        "staying": [_waiting(waiting, base) for waiting in album.staying],
        "reasons": album.reasons,
        "warnings": album.warnings,
        "refusals": album.refusals,
        "problems": [problem_json(problem) for problem in album.problems],
    }


def _waiting(waiting: Waiting, base: str) -> dict[str, object]:
    return {"reason": waiting.reason, "assets": [asset_json(asset, base) for asset in waiting.assets]}


def change_json(change: Change, base: str) -> dict[str, object]:
    """Returns a change as JSON; `change` says which kind it is."""
    match change:
        case CreateAlbum(name=name, description=description):
            return {"change": "create", "name": name, "description": description}
        case AddAssets(account=account, assets=assets):
            return {"change": "add", "account": account, "assets": [asset_json(asset, base) for asset in assets]}
        case RemoveAssets(account=account, assets=assets):
            return {"change": "remove", "account": account, "assets": [asset_json(asset, base) for asset in assets]}
        case ShareAlbum(user=user, role=role, was=was):
            who = {"id": user.id, "name": user.name, "email": user.email}
            return {"change": "share", "user": who, "role": role, "was": was}
        case SetDetails():
            edits = (
                ("name", change.name),
                ("description", change.description),
                ("order", change.order),
                ("cover", change.cover),
            )
            return {"change": "details", **{word: _edit(edit) for word, edit in edits if edit}}
        case DeleteAlbum():
            return {"change": "delete"}
        case _:
            assert_never(change)


def _edit(edit: Edit) -> dict[str, str | None]:
    return {"old": edit.old, "new": edit.new}
