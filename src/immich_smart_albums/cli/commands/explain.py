"""`explain`: why a photo is in an album or not."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.html_report import picture_urls, require_file, save_page
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_session import rules_session
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.operations.explain.photo import asset_id_in
from immich_smart_albums.report.explanation import explanation_json, explanation_lines, explanation_problems

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Print the explanation. Returns 1 if some account or album could not be read.

    Raises ConfigurationError if album or photo are missing.
    """
    console = stderr_console(verbose=arguments.verbose)
    require_file(arguments)
    if len(arguments.words) < 2:
        hint = "Write the album's name as the rules have it, and then the photo's id or address."
        raise ConfigurationError((Problem("command line", "an album and a photo are needed", hint),))
    *paths, name, photo = arguments.words
    asset_id = asset_id_in(photo)
    with rules_session(arguments, console, paths=[Path(path) for path in paths]) as session:
        explanation = session.explain(name, asset_id)
        if arguments.html:
            # Templates take a moment to import, and only pages need them.
            from immich_smart_albums.report.html.explain_page import explain_page  # noqa: PLC0415

            wanted = [] if arguments.no_photos else [(asset_id, None)]
            picture = picture_urls(wanted, session, console).get(asset_id)
            save_page(arguments, explain_page(explanation, name, asset_id, picture), "the explanation", console)
    if arguments.format == "json":
        print_json(explanation_json(explanation))
    else:
        print_lines(explanation_lines(explanation))
    problems = explanation_problems(explanation)
    for problem in problems:
        console.problem(problem)
    return Exit.FAILED if problems else Exit.DONE
