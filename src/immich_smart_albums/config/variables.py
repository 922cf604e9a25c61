"""The table of environment variables that the tool reads. Docs and container templates are made from it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting in the environment, under one or more names. The first one counts most."""

    names: tuple[str, ...]
    title: str
    """Its label in a form, such as `Address of Immich`."""
    meaning: str
    example: str = ""
    is_secret: bool = False
    in_container: str = ""
    """The value that the image sets. Empty if it sets none."""
    is_in_template: bool = True
    """Whether container templates ask for it."""


VARIABLES = (
    Variable(
        ("IMMICH_SERVER_URL", "IMMICH_URL", "IMMICH_INSTANCE_URL", "IMMICH_BASE_URL"),
        "Address of Immich",
        "the address of Immich; an `/api` at its end does no harm",
        "http://immich.local:2283",
    ),
    Variable(
        ("IMMICH_API_KEY",),
        "API key",
        "the API key, where the rules files name no accounts",
        is_secret=True,
    ),
    Variable(("IMMICH_API_KEY_FILE",), "File with the API key", "a file that holds it", is_in_template=False),
    Variable(
        ("IMMICH_HEADERS",),
        "Headers",
        "headers for a login in front of Immich: `Name: value`, each on a line of its own",
        is_secret=True,
    ),
    Variable(
        ("IMMICH_CLIENT_CERT", "IMMICH_CLIENT_KEY"),
        "Client certificate",
        "a certificate that shows who you are, and its key, as `--client-cert` and `--client-key`",
        is_in_template=False,
    ),
    Variable(
        ("SMART_ALBUMS_RULES",), "Rules", "the rules file, or a folder of them", "/config", in_container="/config"
    ),
    Variable(
        ("SMART_ALBUMS_HOOK_SECRET",),
        "Secret of the hook",
        "what Immich says in its calls of the daemon; without it the daemon takes no calls",
        is_secret=True,
    ),
    Variable(("SMART_ALBUMS_HOOK_SECRET_FILE",), "File with that secret", "a file that holds it", is_in_template=False),
    Variable(
        ("SMART_ALBUMS_URL",),
        "Address of the daemon",
        "how others reach the daemon's address, as `--url`",
        "http://tower.local:8765",
    ),
    Variable(("XDG_STATE_HOME",), "Ledger", "where the ledger is kept", "/data", in_container="/data"),
    Variable(("XDG_CONFIG_HOME",), "Configuration", "where the rules file is looked for", is_in_template=False),
    Variable(("TZ",), "Time zone", "the time zone of schedules, where the rules files name none", "Europe/Helsinki"),
    Variable(
        ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        "Certificate authorities",
        "certificate authorities of your own, as `--ca`",
        is_in_template=False,
    ),
    Variable(
        ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"), "Proxy", "a proxy on the way to the server", is_in_template=False
    ),
    Variable(("NO_COLOR",), "Colours", "no colours on a terminal", is_in_template=False),
)
"""In the order of the docs."""
