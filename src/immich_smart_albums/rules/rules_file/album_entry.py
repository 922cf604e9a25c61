"""Reads one entry under `albums` into an `AlbumRule`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import LARGEST_LIMIT
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.album import DEFAULT_ACCOUNT, AlbumRule, Guard, Keep
from immich_smart_albums.rules.rules_file.guard import read_guard
from immich_smart_albums.rules.rules_file.keywords import ALBUM
from immich_smart_albums.rules.rules_file.match import parse_match
from immich_smart_albums.rules.rules_file.schedule import read_schedule
from immich_smart_albums.rules.rules_file.settle import read_settle
from immich_smart_albums.rules.rules_file.share import read_shares
from immich_smart_albums.rules.rules_file.tests_of_rule import read_tests
from immich_smart_albums.rules.rules_file.was import read_was
from immich_smart_albums.rules.split import read_split
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, name_of
from immich_smart_albums.rules.syntax.ids import id_in_url, is_id, looks_like_id, read_asset
from immich_smart_albums.rules.tree import Rule, Sort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.rules.schedule import Schedule
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node

_COVERS = {"newest": "newest", "oldest": "oldest", "favorite": "favorite", "favourite": "favorite"}
_GUARD_WORDS = ("remove", "add", "empty")


def read_album(value: ValueNode, accounts: Sequence[str], reader: Reader) -> AlbumRule | None:
    """Returns the rule of an entry, by default for the first of these accounts. None with problems noted."""
    before = len(reader.diagnostics.problems)
    if not isinstance(value, MappingNode):
        hint = "Write - name: …, and its match below."
        reader.problem(value, f"an album is expected here, a mapping, not {name_of(value)}", hint=hint)
        return None
    entry = _Entry(value, reader)
    name, match = entry.name(), entry.match()
    split = read_split(entry.entries, reader)
    rule = Rule(match, entry.limit(), entry.sort(), split or ()) if match else None
    by = entry.accounts(accounts)
    keep, sticky = entry.keep(), entry.sticky()
    was, is_new = read_was(entry.entries, reader)
    album_id, description, cover, order = entry.id(), entry.description(), entry.cover(), entry.order()
    share, unshare = read_shares(entry.entries, reader), entry.unshare()
    guard, tests, settle, schedule = entry.guard(), read_tests(entry.entries, reader), entry.settle(), entry.schedule()
    if rule is None or len(reader.diagnostics.problems) > before:
        return None
    return AlbumRule(
        name=name,
        rule=rule,
        accounts=by,
        span=value.span,
        keep=keep,
        sticky=sticky,
        album_id=album_id,
        was=was,
        is_new=is_new,
        description=description,
        cover=cover,
        order=order,
        share=share,
        unshare=unshare,
        guard=guard,
        tests=tests,
        settle=settle,
        schedule=schedule,
        source=value,
    )


class _Entry:
    """Reads the settings of an entry. If a problem is noted, the returned value does not matter."""

    def __init__(self, value: MappingNode, reader: Reader) -> None:
        self._value = value
        self._reader = reader
        self.entries = reader.known_entries(value, ALBUM, "an album")

    def name(self) -> str:
        """Returns the name of the album."""
        if "name" not in self.entries:
            self._reader.problem(self._value, "this album has no name", hint="Add name: …")
            return ""
        value = self.entries["name"]
        if isinstance(value, MappingNode):
            hint = "A text that begins with { needs quotes."
            self._reader.problem(value, "the name of an album is expected here, not a mapping", hint=hint)
            return ""
        name = nfc(self._reader.text(value, "the name of an album") or "").strip()
        if isinstance(value, ScalarNode) and not value.quoted and name.lower() in {"null", "~"}:
            self._reader.diagnostics.warn(
                f"{value.span}: the album is named {name!r}; put quotes around it if that is meant, or give it a name"
            )
        if "\n" in name:
            self._reader.problem(value, "the name of an album is one line")
        return name

    def match(self) -> Node | None:
        """Returns the tree of `match`. None with a problem noted."""
        if "match" in self.entries:
            return parse_match(self.entries["match"], self._reader)
        hint = "Add match: …; search: {} matches the whole timeline."
        self._reader.problem(self._value, "nothing says what belongs in this album", hint=hint)
        return None

    def limit(self) -> int | None:
        """Returns the most photos to keep. None without a limit."""
        value = self.entries.get("limit")
        if value is None:
            return None
        return self._reader.whole_number(value, "a number of photos", least=1, most=LARGEST_LIMIT)

    def sort(self) -> Sort:
        """Returns which photos a limit keeps."""
        value = self.entries.get("sort")
        if value is None:
            return Sort.BEST
        if "limit" not in self.entries:
            self._reader.diagnostics.warn(f"{value.span}: sort has no effect without limit; Immich's own is order")
        return Sort(self._reader.choice(value, [sort.value for sort in Sort]) or Sort.BEST)

    def accounts(self, declared: Sequence[str]) -> tuple[str, ...]:
        """Returns the accounts whose photos are selected."""
        value = self.entries.get("accounts")
        if value is None:
            return tuple(declared[:1]) or (DEFAULT_ACCOUNT,)
        accounts: list[str] = []
        for item in self._reader.elements(value, "the name of an account") or ():
            name = self._reader.text(item, "the name of an account")
            if name is None:
                continue
            name = nfc(name)
            if name in accounts:
                self._reader.problem(item, f"the account {name!r} is named twice")
            elif name not in declared:
                otherwise = f"There are {', '.join(declared)}." if declared else ""
                hint = did_you_mean(name, declared, otherwise or "Name it under accounts, at the top of the file.")
                self._reader.problem(item, f"there is no account {name!r}", hint=hint)
            accounts.append(name)
        return tuple(accounts)

    def keep(self) -> Keep:
        """Returns what happens to photos that match no more."""
        value = self.entries.get("keep")
        word = None if value is None else self._reader.choice(value, [keep.value for keep in Keep])
        return Keep(word) if word else Keep.ADD_ONLY

    def sticky(self) -> bool:
        """Returns whether photos stay that a smart search only ranks lower."""
        value = self.entries.get("sticky")
        if value is not None and "keep" not in self.entries:
            self._reader.diagnostics.warn(f"{value.span}: sticky has no effect without keep: in-step")
        return self._truth("sticky", default=True)

    def unshare(self) -> bool:
        """Returns whether users who are not in `share` lose the album."""
        unshare = self._truth("unshare", default=False)
        if unshare and "share" not in self.entries:
            hint = "Add share: …, with everybody who keeps it; share: none, and nobody does."
            message = "without share this would take the album away from everybody"
            self._reader.problem(self.entries["unshare"], message, hint=hint)
        return unshare

    def _truth(self, word: str, *, default: bool) -> bool:
        value = self.entries.get(word)
        truth = None if value is None else self._reader.truth(value)
        return default if truth is None else truth

    def id(self) -> str | None:
        """Returns the id of the album. None if the entry has none."""
        value = self.entries.get("id")
        text = None if value is None else self._reader.text(value, "the id of an album, or the address of its page,")
        if value is None or text is None:
            return None
        album_id = (id_in_url(text, "albums") or text.strip()).lower()
        if not is_id(album_id):
            hint = "Open the album in Immich and copy the address."
            message = f"{text!r} is neither the id of an album nor the address of its page"
            self._reader.problem(value, message, hint=hint)
        elif "split" in self.entries:
            self._reader.problem(value, "an album that is split is several albums, and has no id")
        return album_id

    def description(self) -> str | None:
        """Returns the description; a blank one empties that of the album. None if the entry has none."""
        value = self.entries.get("description")
        if value is None:
            return None
        if isinstance(value, ScalarNode) and (value.quoted or value.text):
            return value.text.strip()
        hint = 'Write "" to empty it.'
        self._reader.problem(value, f"a description is expected here, not {name_of(value)}", hint=hint)
        return None

    def cover(self) -> str | None:
        """Returns the cover: newest, oldest, favorite, or the id of a photo. None if the entry has none."""
        value = self.entries.get("cover")
        if value is None:
            return None
        if isinstance(value, ScalarNode) and not (looks_like_id(value.text.strip()) or "/" in value.text):
            return _COVERS.get(self._reader.choice(value, [*_COVERS, "a photo's id"]) or "")
        return read_asset(value, self._reader)

    def order(self) -> str | None:
        """Returns the order in which Immich shows the album: asc or desc. None if the entry has none."""
        value = self.entries.get("order")
        return None if value is None else self._reader.choice(value, ("asc", "desc"))

    def guard(self) -> Guard:
        """Returns the limits of what may change."""
        value = self.entries.get("guard")
        return Guard() if value is None else read_guard(value, Guard(), _GUARD_WORDS, self._reader) or Guard()

    def settle(self) -> int:
        """Returns how many seconds after its upload Immich counts as done with a photo."""
        value = self.entries.get("settle")
        seconds = None if value is None else read_settle(value, self._reader)
        return self._reader.settle if seconds is None else seconds

    def schedule(self) -> Schedule | None:
        """Returns the schedule of the rule. None if it is that of the file."""
        value = self.entries.get("schedule")
        return None if value is None else read_schedule(value, self._reader)
