"""The receivers of messages: the targets of the rules file, with their secrets read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.files import LARGEST_KEY, read_text
from immich_smart_albums.config.headers import headers_of_rules
from immich_smart_albums.config.settings import reason
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.config.settings import Variables
    from immich_smart_albums.rules.album import NotifyTarget, ValueSource


@dataclass(frozen=True, slots=True)
class Receiver:
    """A target whose address and secrets could be read."""

    name: str
    """For logs and messages: its service and its place in the file, since its address may be a secret."""
    target: NotifyTarget
    address: Secret
    token: Secret | None = None
    headers: Mapping[str, Secret] = field(default_factory=dict)


def receivers_of(targets: Iterable[NotifyTarget], variables: Variables) -> tuple[tuple[Receiver, ...], dict[str, str]]:
    """Returns the receivers, and why other targets are none, by their names."""
    receivers, failures = [], {}
    for target in targets:
        name = name_of(target)
        try:
            address = _read(target.address, target, variables)
            token = None if target.token is None else _read(target.token, target, variables)
            headers = headers_of_rules(target.headers, variables, diagnostics := Diagnostics())
            if diagnostics.problems:
                raise ValueError(diagnostics.problems[0].message)  # noqa: TRY301 - one way out
        except ValueError as error:
            failures[name] = str(error)
        else:
            receivers.append(Receiver(name, target, address, token, headers))
    return tuple(receivers), failures


def name_of(target: NotifyTarget) -> str:
    """Returns the name of a target, such as "ntfy at rules.yaml:3:5"."""
    return f"{target.service.value} at {target.span}" if target.span is not None else target.service.value


def _read(source: ValueSource, target: NotifyTarget, variables: Variables) -> Secret:
    """Returns a secret. Raises ValueError, which says why it cannot be read."""
    if source.text is not None:
        return Secret(source.text)
    if source.env is not None:
        variable = variables.find(source.env)
        if variable is None:
            message = f"the variable {source.env} is not set"
            raise ValueError(message)
        return Secret(variable.text.strip())
    beside = Path(target.span.document.name).parent if target.span is not None else Path()
    try:
        text = read_text(beside / Path(source.file or "").expanduser(), LARGEST_KEY).strip()
    except (OSError, RuntimeError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError | ValueError) else str(error)
        message = f"cannot read {source.file}: {why}"
        raise ValueError(message) from None
    if not text:
        message = f"{source.file} is empty"
        raise ValueError(message)
    return Secret(text)
