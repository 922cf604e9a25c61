"""Writes a plan to a file, and reads it back. A plan file has no secrets, and is refused if it was edited."""

from __future__ import annotations

from typing import Any

import msgspec

from immich_smart_albums.changes.plan import Plan
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.text.command import command

FORMAT = "immich-smart-albums plan"

VERSION = 2
"""Increased when plans of earlier versions can no longer be applied."""


def _again(name: str) -> str:
    return f"Make the plan again: {command('plan', '--out', name)}"


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: str
    version: int
    fingerprint: str
    plan: Plan


def plan_text(plan: Plan) -> str:
    """Returns the plan as indented JSON."""
    text = msgspec.json.encode(_File(FORMAT, VERSION, plan.fingerprint, plan))
    return msgspec.json.format(text, indent=1).decode() + "\n"


def read_plan(text: str, name: str) -> Plan:
    """Returns the plan in the text of a file of this name.

    Raises ConfigurationError for anything but a whole, unedited plan.
    """
    try:
        head = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise _wrong(name, f"it is no JSON: {error}", "Was the file cut short?") from None
    if head.get("format") != FORMAT:
        raise _wrong(name, "it is not a plan of this tool", f"Plans are made so: {command('plan', '--out', 'FILE')}")
    if head.get("version") != VERSION:
        raise _wrong(
            name, f"it is a plan of version {head.get('version')}, and this tool reads {VERSION}", _again(name)
        )
    try:
        file = msgspec.json.decode(text, type=_File)
    except msgspec.ValidationError as error:
        raise _wrong(name, f"it is not a whole plan: {error}", _again(name)) from None
    if file.plan.fingerprint != file.fingerprint:
        hint = f"What is written must be what was reviewed. Change the rules, not the plan. {_again(name)}"
        raise _wrong(name, "it was edited, or damaged: its content does not fit its fingerprint", hint)
    if file.plan.verb != "sync" or file.plan.undoes is not None:
        raise _wrong(name, f"it is a plan to {file.plan.verb}, which is never saved", _again(name))
    return file.plan


def _wrong(name: str, message: str, hint: str) -> ConfigurationError:
    return ConfigurationError((Problem(name, message, hint),))
