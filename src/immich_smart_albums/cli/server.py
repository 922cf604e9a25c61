"""How to reach the server: from the arguments, the environment and a `.env` file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import ConnectionOptions
from immich_smart_albums.cli.numbers import whole_number
from immich_smart_albums.config.headers import CERTIFICATE_NAMES, headers_of_flags, headers_of_variables
from immich_smart_albums.config.settings import Variables

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

LONGEST_TIME_OUT = 86_400
MOST_REQUESTS_AT_A_TIME = 64


def read_connection(arguments: argparse.Namespace, diagnostics: Diagnostics) -> ConnectionOptions:
    """Returns the connection options. Adds problems of numbers and headers to the diagnostics."""
    variables = Variables.read(os.environ, Path())
    return ConnectionOptions(
        whole_number("--concurrency", arguments.concurrency, diagnostics, most=MOST_REQUESTS_AT_A_TIME),
        whole_number("--timeout", arguments.timeout, diagnostics, most=LONGEST_TIME_OUT),
        arguments.ca,
        *read_certificate(arguments, variables),
        headers_of_flags(arguments.header, variables, diagnostics),
        headers_of_variables(variables, diagnostics),
    )


def read_certificate(arguments: argparse.Namespace, variables: Variables) -> tuple[Path | None, Path | None]:
    """Returns the client certificate and its key, from the flags, else from variables. None for what is not given."""
    if arguments.client_cert is not None:
        return arguments.client_cert, arguments.client_key
    variables_set = [variables.find(name) for name in CERTIFICATE_NAMES]
    certificate, key = (Path(variable.text) if variable else None for variable in variables_set)
    return certificate, arguments.client_key or key
