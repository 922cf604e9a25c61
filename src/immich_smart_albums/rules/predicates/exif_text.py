"""Predicates on texts in EXIF that Immich finds exactly: places, cameras, lenses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.record import equals, exif, has_exif, is_missing
from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.tree import Any, Filter, ListedValue
from immich_smart_albums.rules.values.kinds import MappingByHand, OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.schema import NONE, TEXT, TRUTH, mapping, one_or_list
from immich_smart_albums.rules.values.single import NoneIs, Text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record
    from immich_smart_albums.rules.values.kinds import Value


MAY_BE_MISSING = "may-be-missing"
MAY_BE_MISSING_MEANS = "`true`: it is fine that no photo has such a name yet"


@dataclass(frozen=True, slots=True)
class Names:
    """Fields of EXIF that a predicate looks for a name in."""

    meant: str
    """What messages expect, such as "a place"."""
    fields: Mapping[str, str]
    """The search field, and field of EXIF, of each option."""
    plain: tuple[str, ...]
    """The options of which one must hold for a plain text."""
    plain_meant: str
    """What messages expect for such a text."""
    word: str
    """The noun of `no place`, for `none`."""


def names_value(names: Names, plain_means: str, means: Mapping[str, str]) -> Value[Node]:
    """Returns the kind of value for these names: a plain text, or a mapping by field, which `means` documents."""
    plain = _plain(names, may_be_missing=False)
    documented = {"name": plain_means, **means, MAY_BE_MISSING: MAY_BE_MISSING_MEANS}
    fields = dict.fromkeys(("name", *names.fields), one_or_list(TEXT, NONE))
    schema = mapping(**fields, may_be_missing=TRUTH)
    return OneOrMany(
        OneOf(plain, MappingByHand(partial(_from_entries, names=names), schema, documented)), meant=names.meant
    )


def _from_entries(value: MappingNode, reader: Reader, names: Names) -> Node | None:
    rest = MappingNode(tuple(entry for entry in value.entries if entry[0].text != MAY_BE_MISSING), value.span)
    may_be_missing_entry = value.get(MAY_BE_MISSING)
    may_be_missing = False if may_be_missing_entry is None else reader.truth(may_be_missing_entry)
    if may_be_missing is None:
        return None
    kinds: dict[str, tuple[str, Value[Node]]] = {
        "name": ("", OneOrMany(_plain(names, may_be_missing=may_be_missing), meant=names.meant))
    }
    for word, name in names.fields.items():
        kinds[word] = ("", OneOrMany(_of_field(word, name, may_be_missing=may_be_missing)))
    return Options(names.meant, kinds).read(rest, reader)


def _plain(names: Names, *, may_be_missing: bool) -> OneOf:
    fields = tuple(names.fields[word] for word in names.plain)

    def named(text: str) -> Node:
        values = (ListedValue(field, text, fields, may_be_missing=may_be_missing) for field in fields)
        filters = tuple(exif_equals(word, value) for word, value in zip(names.plain, values, strict=True))
        return filters[0] if len(filters) == 1 else Any(filters)

    return OneOf(Text(names.plain_meant).means(named), NoneIs(exif_missing(names.word, *fields)))


def _of_field(word: str, name: str, *, may_be_missing: bool) -> OneOf:
    none = is_missing(word, exif(name), f"exifInfo.{name}", within=metadata(**{name: None}))
    named = Text(f"a {word}").means(
        lambda text: exif_equals(word, ListedValue(name, text, (name,), may_be_missing=may_be_missing))
    )
    return OneOf(named, NoneIs(none))


def exif_equals(word: str, sought: ListedValue) -> Filter:
    """Returns the filter for a value in EXIF; its spelling is corrected when the server's values are known."""
    name, text = sought.field, sought.text
    within = metadata(**{name: text})
    return replace(equals(word, text, exif(name), f"exifInfo.{name}", within=within), listed_value=sought)


def exif_missing(word: str, *names: str) -> Filter:
    """Returns the filter for files that were read and have no value in any of these fields of EXIF."""

    def recorded(record: Record) -> list[object]:
        return [text for name in names if (text := exif(name)(record)) is not None]

    return Filter(
        f"no {word}",
        lambda record: has_exif(record) and not recorded(record),
        frozenset(f"exifInfo.{name}" for name in names),
        recorded,
        metadata(**dict.fromkeys(names)),
        superset_is_exact=True,
    )
