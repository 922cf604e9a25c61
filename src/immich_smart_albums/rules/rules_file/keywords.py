"""The words of a rules file outside of `match`, each with its meaning: for reading, editors and the reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.rules.split import SPLIT_KEYS
from immich_smart_albums.rules.values.schema import NONE, SCALAR, TEXT, TRUTH, mapping, one_or_list, words

if TYPE_CHECKING:
    from immich_smart_albums.rules.values.schema import Schema


@dataclass(frozen=True, slots=True)
class Setting:
    """One word of a rules file."""

    summary: str
    schema: Schema
    example: str
    """Its value as YAML, such as `[alice, bob]`."""
    default: str = ""
    """What holds without the word, for the reference."""


def described(setting: Setting) -> Schema:
    """Returns a setting's schema with the text that editors show for it."""
    default = f" Default: {setting.default}." if setting.default else ""
    return {"description": f"{setting.summary}{default}", **setting.schema}


_ASSETS = one_or_list(TEXT)
_COUNT: Schema = {"anyOf": [{"type": "integer", "minimum": 0}, {"const": "unlimited"}]}
_SHARE: Schema = {"type": "string", "pattern": r"^\s*[0-9]{1,3}(\.[0-9]{1,3})?\s*%\s*$"}
_REMOVE = one_or_list(_COUNT, _SHARE)
_NAMED: Schema = {"type": "object", "minProperties": 1}

_SETTLE = (
    "How long after its upload a photo counts as looked at by Immich, for faces, text and what files say; until then "
    "it waits where the rule rests on these. In seconds, minutes, hours or days; `0`: at once."
)

_SCHEDULE = (
    "When it is due: `every 30 minutes`, `hourly`, `daily 03:30`, `weekly sun 04:00`, `monthly 1 05:00`, `never`, "
    "or as cron `0 4 * * *`."
)

_SOURCE: Schema = {
    "type": "object",
    "properties": {"env": TEXT, "file": TEXT},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 1,
}
"""The sources of a value that must not stand in the file itself."""

_HEADERS: Schema = {
    **_NAMED,
    "additionalProperties": _SOURCE,
}

NOTIFY: dict[str, Setting] = {
    "ntfy": Setting(
        "An ntfy topic: its address, or where that comes from (`env`, `file`).",
        {"anyOf": [TEXT, _SOURCE]},
        "https://ntfy.sh/my-albums",
    ),
    "healthchecks": Setting(
        "The ping address of a check: it hears of the start and the end of each run, with the exit code.",
        {"anyOf": [TEXT, _SOURCE]},
        "{env: HEALTHCHECKS_URL}",
    ),
    "url": Setting(
        "An address that messages are sent to as JSON, by POST.",
        {"anyOf": [TEXT, _SOURCE]},
        "https://hooks.example.org/albums",
    ),
    "apprise": Setting(
        "An address of apprise, which knows a hundred services; needs `pip install apprise`.",
        _SOURCE,
        "{file: /run/secrets/apprise}",
    ),
    "events": Setting(
        "What it wants to hear: `problems`, `refusals` of guards, `changes` to albums.",
        one_or_list(words("problems", "changes", "refusals")),
        "[problems, changes]",
        "[problems, refusals]",
    ),
    "digest": Setting(
        "When it gets a summary of what happened since the last one: `daily`, `weekly`, `monthly`, or a schedule.",
        TEXT,
        "weekly",
        "none",
    ),
    "token": Setting("Access token of ntfy.", _SOURCE, "{file: /run/secrets/ntfy}", "none"),
    "headers": Setting("Headers that go with each message.", _HEADERS, "{Authorization: {env: HOOK_LOGIN}}", "none"),
}
"""The words of a target for messages; exactly one of the first four, which are services."""

KEY: dict[str, Setting] = {
    "key_env": Setting("Environment variable, also of a `.env` file, that holds the key.", TEXT, "ALICE_KEY"),
    "key_file": Setting(
        "File that holds the key; a relative path starts at the rules file.", TEXT, "/run/secrets/alice"
    ),
    "key_command": Setting(
        "Program that prints the key, with its arguments: a line, or a list. No shell is involved.",
        one_or_list(TEXT),
        "pass show immich/alice",
    ),
}
"""The sources of an account's key: exactly one of these."""

ACCOUNT: dict[str, Setting] = {
    **KEY,
    "headers": Setting(
        "Headers for this account's requests, besides those of the file.",
        _HEADERS,
        "{X-Forwarded-Token: {env: ALICE_TOKEN}}",
        "those of the file",
    ),
}
"""The words of an entry under `accounts`."""

ALBUM: dict[str, Setting] = {
    "name": Setting(
        "The album's name, and that of the rule in plans and in the ledger. With `split` it has `{year}` and the like.",
        SCALAR,
        "Friends",
    ),
    "match": Setting("What belongs in the album.", {"$ref": "#/$defs/match"}, "{person: Emma}"),
    "id": Setting(
        "The album that is meant, by id or by the address of its page, where its name alone does not say it.",
        TEXT,
        "bb8ee34a-a22d-4bb9-aa67-d394353a06c0",
        "the album of this name; if there is none, it is made",
    ),
    "was": Setting(
        "The name that the rule had before: it goes on with the album of that rule, and all that is remembered of it. "
        "`none`: it goes on with no earlier rule, and feeds an album of its own.",
        TEXT,
        "Friends and family",
        "you are asked where it looks as if a rule had been renamed",
    ),
    "accounts": Setting(
        "Who selects photos and adds them. The first owns the album; names are looked up for each.",
        one_or_list(TEXT),
        "[alice, bob]",
        "the first account of the file",
    ),
    "keep": Setting(
        "What becomes of photos that match no more: `add-only` leaves them, `in-step` removes those that were added by "
        "this tool.",
        words("add-only", "in-step"),
        "in-step",
        "add-only",
    ),
    "sticky": Setting(
        "Whether `in-step` leaves photos in that only rank lower in a smart search than before.", TRUTH, "false", "true"
    ),
    "description": Setting("The album's description.", TEXT, "Summers by the lake", "left"),
    "cover": Setting(
        "The album's cover: the newest, the oldest or the newest favourite photo, or one by id or address.",
        {"anyOf": [words("newest", "oldest", "favorite", "favourite"), TEXT]},
        "newest",
        "left",
    ),
    "order": Setting("How Immich shows the album: oldest first or newest first.", words("asc", "desc"), "asc", "left"),
    "share": Setting(
        "With whom the album is shared: e-mail addresses, names or ids, each with a role (`viewer`); `none`: nobody.",
        {
            "anyOf": [
                one_or_list(TEXT, {**mapping(user=TEXT, role=words("viewer", "editor")), "required": ["user"]}),
                NONE,
                {"type": "array", "maxItems": 0},
            ]
        },
        "[{user: grandma@example.org, role: viewer}]",
        "as it is",
    ),
    "unshare": Setting("Whether users that `share` does not name lose the album.", TRUTH, "true", "false"),
    "limit": Setting(
        "Keep at most this many photos; of each album, where it is split.",
        {"type": "integer", "minimum": 1},
        "100",
        "all",
    ),
    "sort": Setting(
        "Which photos a limit keeps: the best of a smart search (without one: the newest), the newest or the oldest.",
        words("best", "newest", "oldest"),
        "newest",
        "best",
    ),
    "split": Setting(
        "Feed an album for each value of these; the name has each in braces.",
        one_or_list(words(*SPLIT_KEYS)),
        "[year, country]",
        "one album",
    ),
    "guard": Setting(
        "How much may change before the plan is refused: `remove` takes a number of photos, a share of those in the "
        "album, or both in a list; `add` a number; `empty: allow` lets a rule match nothing any more.",
        mapping(remove=_REMOVE, add=_COUNT, empty=words("allow", "refuse")),
        "{remove: 50 %, add: 1000}",
        "{remove: [30 %, 500], add: unlimited, empty: refuse}",
    ),
    "settle": Setting(_SETTLE, SCALAR, "2 hours", "what the file says, or 1 hour"),
    "schedule": Setting(_SCHEDULE, TEXT, "weekly sun 04:00", "what the file says, or daily 04:00"),
    "tests": Setting(
        "Photos, by id or address, that must `match`, and that must `not`; checked before anything is written.",
        mapping(match=_ASSETS, **{"not": _ASSETS}),
        "{match: bb8ee34a-a22d-4bb9-aa67-d394353a06c0}",
        "none",
    ),
}
"""The words of an entry under `albums`."""

FILE: dict[str, Setting] = {
    "server": Setting("The address of Immich.", TEXT, "http://immich.local:2283", "IMMICH_URL"),
    "accounts": Setting(
        "API keys by a name of your choice; who has several accounts on the server can feed one album from them.",
        {
            **_NAMED,
            "additionalProperties": {
                "type": "object",
                "properties": {name: described(setting) for name, setting in ACCOUNT.items()},
                "additionalProperties": False,
                "oneOf": [{"required": [name]} for name in KEY],
            },
        },
        "{alice: {key_file: /run/secrets/alice}}",
        "one account, with the key IMMICH_API_KEY",
    ),
    "headers": Setting(
        "Headers for every request, for a login or a proxy in front of Immich; each value comes from a variable "
        "(`env`) or from a `file`.",
        _HEADERS,
        "{CF-Access-Client-Secret: {file: /run/secrets/cf}}",
        "IMMICH_HEADERS",
    ),
    "client_cert": Setting(
        "Certificate, as PEM, that shows a proxy in front of Immich who you are; a relative path starts at the rules "
        "file.",
        TEXT,
        "/run/secrets/client.pem",
        "IMMICH_CLIENT_CERT",
    ),
    "client_key": Setting(
        "The certificate's key, where it is in a file of its own.", TEXT, "/run/secrets/client.key", "IMMICH_CLIENT_KEY"
    ),
    "people": Setting(
        "Groups of people by a name of your choice; they may name other groups.",
        {**_NAMED, "additionalProperties": one_or_list(TEXT)},
        "{kids: [Emma, Noah]}",
        "none",
    ),
    "places": Setting(
        "Places by a name of your choice, for `near`.",
        {
            **_NAMED,
            "additionalProperties": {
                **mapping(lat=SCALAR, lon=SCALAR, radius=TEXT),
                "required": ["lat", "lon", "radius"],
            },
        },
        "{cabin: {lat: 61.2, lon: 24.1, radius: 2km}}",
        "none",
    ),
    "guard": Setting(
        "How much all albums together may change before the run is refused.",
        mapping(remove=_REMOVE, add=_COUNT),
        "{remove: 5 %}",
        "{remove: 1000, add: unlimited}",
    ),
    "settle": Setting(_SETTLE, SCALAR, "30 min", "1 hour"),
    "schedule": Setting(_SCHEDULE, TEXT, "every 30 minutes", "daily 04:00"),
    "timezone": Setting("The time zone of schedules.", TEXT, "Europe/Helsinki", "the machine's, or TZ"),
    "notify": Setting(
        "Who is told how runs went.",
        one_or_list(
            {
                "type": "object",
                "properties": {name: described(setting) for name, setting in NOTIFY.items()},
                "additionalProperties": False,
                "oneOf": [{"required": [name]} for name in ("ntfy", "healthchecks", "url", "apprise")],
            }
        ),
        "[{ntfy: https://ntfy.sh/my-albums}]",
        "nobody",
    ),
    "albums": Setting(
        "The albums.",
        {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/album"}},
        "[{name: Emma, match: {person: Emma}}]",
    ),
}
"""The words at the top of a rules file."""
