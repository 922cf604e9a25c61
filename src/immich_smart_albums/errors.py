"""The error tree: every failure that a user can see, with what to do about it.

SmartAlbumsError
├── ConfigurationError     flags, files or names are wrong; nothing was written (exit 2)
├── ServerError            the server could not be asked, or refused (exit 1)
│   ├── Unreachable        no connection, TLS failure, time-out, server gone in the middle
│   ├── NotImmich          something else answered: a login page, a proxy, a redirect, an old server
│   ├── Refused            Immich answered with an error status
│   │   ├── Unauthorized       401: the key
│   │   ├── MissingPermission  403: the key lacks one permission
│   │   └── NoAccess           Immich's 400 for things that are not there or not ours
│   └── Untrustworthy      an answer that contradicts the request: nothing of it is used
├── FilterError            a local filter could not be evaluated (exit 1)
├── PhotosRefused          the server added none of the photos to an album, or left some in it (exit 1)
├── PlanOutdated           rules, ledger, accounts or albums changed since the plan was made (exit 1)
├── UnsafePlan             a plan goes beyond what its guards allow; nothing was written (exit 4)
├── EditRefused            a rules file cannot be changed so without loss; it is as it was (exit 1)
├── FileChanged            somebody else changed a rules file meanwhile; nothing was overwritten (exit 1)
└── LedgerError            the ledger cannot be used: in use, damaged, of a newer version (exit 1)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


class Stopped(Exception):
    """The user ended the operation. This is no failure: everything that was written is recorded."""


class SmartAlbumsError(Exception):
    """A failure with a remedy: `message` is what happened and where, `hint` is what to do."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the input: where it is, what it is, what to do."""

    where: str
    message: str
    hint: str | None = None
    excerpt: str | None = None

    @property
    def answers(self) -> tuple[str, ...]:
        """The answers to a question: values of `was` as YAML, the one for a new album last. Else empty."""
        return ()

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


class Question(Problem):
    """A problem that is a question, with answers to choose from. They are no field, so plan files do not have them."""

    __slots__ = ("_answers",)
    _answers: tuple[str, ...]

    def __init__(
        self, where: str, message: str, hint: str | None = None, excerpt: str | None = None, *, answers: tuple[str, ...]
    ) -> None:
        super().__init__(where, message, hint, excerpt)
        object.__setattr__(self, "_answers", answers)

    @property
    def answers(self) -> tuple[str, ...]:
        """See `Problem.answers`."""
        return self._answers


class ConfigurationError(SmartAlbumsError):
    """Everything that is wrong with the input, reported together."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        if not problems:
            message = "a ConfigurationError needs at least one problem"
            raise ValueError(message)
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class ServerError(SmartAlbumsError):
    """The server could not be asked, or its answer cannot be used."""

    retry: Retry = None
    """Whether the same request may succeed a moment later."""
    may_be_running: bool = False
    """Whether the server may still be working on the request."""


Retry = Literal["yes", "once", "if known"] | float | None
"""Send it again: never (None), always, once, only if the server has answered before, or after so many seconds."""


class Unreachable(ServerError):
    """No answer: connection, TLS, time-out, or a connection that broke in the middle."""


class NotImmich(ServerError):
    """Something answered that is not an Immich API that this tool knows."""


class Refused(ServerError):
    """Immich answered with an error status."""

    def __init__(self, message: str, *, status: int, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class Unauthorized(Refused):
    """401: the key is wrong, or no key may do this."""


class MissingPermission(Refused):
    """403: the key lacks one permission, which the server names."""

    def __init__(self, message: str, *, permission: str | None, hint: str | None = None) -> None:
        super().__init__(message, status=403, hint=hint)
        self.permission = permission


class NoAccess(Refused):
    """400 "not found or no access", as Immich answers for albums, assets and people."""


class Untrustworthy(ServerError):
    """The answer contradicts the request: a filter was ignored, or a page is incomplete."""


class FilterError(SmartAlbumsError):
    """A local filter could not be evaluated on an asset."""


class PhotosRefused(SmartAlbumsError):
    """The server did not add photos to an album, or did not remove them."""


class PlanOutdated(SmartAlbumsError):
    """Rules, ledger, accounts or albums changed since a plan was made. The remedy is to make it again."""


class UnsafePlan(SmartAlbumsError):
    """A plan goes beyond its guards."""


class EditRefused(SmartAlbumsError):
    """A rules file cannot take an edit without loss."""


class FileChanged(SmartAlbumsError):
    """A file has changed since it was read. Both texts are here, and nothing was overwritten."""

    def __init__(self, message: str, *, on_disk: str, ours: str, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.on_disk = on_disk
        self.ours = ours


START_AFRESH = (
    "Restore it from a backup, or move it away and start afresh: no photo is lost from any album, but all that is in"
    " them then counts as hand-made, and what people took out may be added again."
)
"""What to do about a ledger that is damaged."""


class LedgerError(SmartAlbumsError):
    """The ledger cannot be read or written."""
