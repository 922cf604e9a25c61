"""`preview`: the photos that belong in the albums of rules files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import waiting_words
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_run import rules_run
from immich_smart_albums.operations.plan import preview
from immich_smart_albums.report.selection import lines, selections_json, totals
from immich_smart_albums.rules.rules_file.located import located

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.plan import Answers


def run(arguments: argparse.Namespace) -> Exit:
    """Print each album's photos, every one once; 1 where some album's are not known."""
    console = stderr_console(verbose=arguments.verbose)
    with rules_run(arguments, console) as rules:
        try:
            answers, notices = preview(rules.book.albums, rules.accounts, rules.how)
        finally:
            console.done_reading()
    for notice in notices:
        console.say(f"note: {notice}")
    problems = {name: located(answer.problems, rules.book) for name, answer in answers.items() if answer.problems}
    for name, answer in answers.items():
        _tell(name, answer, console)
    console.problems(problems)
    base = next(iter(rules.accounts.present.values())).server.base
    if arguments.format == "json":
        found = {name: selected(answer) if answer.selections else None for name, answer in answers.items()}
        print_json(selections_json(found, problems, base))
    else:
        everything = dict.fromkeys(asset for answer in answers.values() for asset in selected(answer))
        print_lines(lines(everything, base, arguments.format or "urls"))
    return Exit.FAILED if problems else Exit.DONE


def selected(answer: Answers) -> tuple[Asset, ...]:
    """What all accounts select for one album, newest first."""
    found = {asset.id: asset for selection in answer.selections.values() for asset in selection.assets}
    return tuple(sorted(found.values(), key=lambda asset: (-asset.taken, asset.id)))


def waiting(answer: Answers) -> dict[str, int]:
    """How many photos that no account selects for certain wait for each reason."""
    certain = {asset.id for asset in selected(answer)}
    counted: dict[str, set[str]] = {}
    for selection in answer.selections.values():
        for reason, assets in selection.waiting.items():
            counted.setdefault(reason, set()).update(asset.id for asset in assets if asset.id not in certain)
    return {reason: len(ids) for reason, ids in counted.items() if ids}


def _tell(name: str, answer: Answers, console: Console) -> None:
    assets = selected(answer)
    if console.is_terminal and assets:
        console.table(name, totals(assets))
    elif answer.selections:
        console.say(f"{name}: {len(assets):,} photos")
    for reason, count in waiting(answer).items():
        console.say(f"{name}: {waiting_words(count, reason)}")
