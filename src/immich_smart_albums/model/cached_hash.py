"""Computes the hashes of frozen values once: the compiler compares the same trees over and over."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def cached_hash(cls: type[T]) -> type[T]:
    """Returns a frozen dataclass that caches its hash, in the field `cached`.

    It must have the field `cached: int = field(init=False, repr=False, compare=False)`.
    """
    compute = cls.__hash__

    def hash_once(self: object) -> int:
        try:
            value: int = self.cached  # type: ignore[attr-defined]
        except AttributeError:
            value = compute(self)
            object.__setattr__(self, "cached", value)
        return value

    cls.__hash__ = hash_once  # type: ignore[method-assign]
    return cls
