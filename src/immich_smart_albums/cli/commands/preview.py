"""`preview`: the photos that belong in the albums of rules files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import waiting_words
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.html_report import picture_urls, require_file, save_page
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_session import rules_session
from immich_smart_albums.report.selection import lines, selections_json, totals

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.operations.plan.selections import AlbumSelections


def run(arguments: argparse.Namespace) -> Exit:
    """Print the photos of all albums, each once. Returns 1 if those of some album are not known."""
    console = stderr_console(verbose=arguments.verbose)
    require_file(arguments)
    with rules_session(arguments, console) as session:
        answers, base = session.select(), session.base
        if arguments.html:
            # Templates take a moment to import, and only pages need them.
            from immich_smart_albums.report.html.preview_page import photos_of_preview, preview_page  # noqa: PLC0415

            wanted = [] if arguments.no_photos else photos_of_preview(answers, arguments.photos)
            pictures = picture_urls(wanted, session, console)
            text = preview_page(answers, base, pictures, shown=arguments.photos)
            save_page(arguments, text, "the photos", console)
    problems = {name: answer.problems for name, answer in answers.items() if answer.problems}
    for name, answer in answers.items():
        _print_summary(name, answer, console)
    console.problems(problems)
    if arguments.format == "json":
        assets = {name: answer.assets if answer.selections else None for name, answer in answers.items()}
        print_json(selections_json(assets, problems, base))
    else:
        everything = dict.fromkeys(asset for answer in answers.values() for asset in answer.assets)
        print_lines(lines(everything, base, arguments.format or "urls"))
    return Exit.FAILED if problems else Exit.DONE


def _print_summary(name: str, answer: AlbumSelections, console: Console) -> None:
    assets = answer.assets
    if console.is_terminal and assets:
        console.table(name, totals(assets))
    elif answer.selections:
        console.say(f"{name}: {len(assets):,} photos")
    for reason, count in answer.waiting.items():
        console.say(f"{name}: {waiting_words(count, reason)}")
