"""`adopt`: let a rule take over an album that is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_run import now, rules_run
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.text_forms import nfc
from immich_smart_albums.operations.adopt import adopt
from immich_smart_albums.operations.albums import find_target, look_at_album
from immich_smart_albums.operations.explain.album import rule_for
from immich_smart_albums.operations.plan import ask
from immich_smart_albums.rules.syntax.diagnostics import Findings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from immich_smart_albums.cli.rules_run import RulesRun
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.album import AlbumRule


def run(arguments: argparse.Namespace) -> Exit:
    """Bind the rule to the album, and say what that means. Nothing on the server changes."""
    console = stderr_console(verbose=arguments.verbose)
    *paths, written = arguments.words
    name = nfc(written).strip()
    with rules_run(arguments, console, paths=[Path(each) for each in paths], writes="adopt") as rules:
        rule = rule_for(name, rules.book)
        owner = rules.accounts.present.get(rule.accounts[0])
        if owner is None:
            raise ConfigurationError((rules.accounts.absent[rule.accounts[0]],))
        findings = Findings()
        album = find_target(arguments.id or name, owner.server.directory, findings, create=False)
        findings.raise_problems()
        if album is None:
            message = "an album that is not found must come with a problem"
            raise TypeError(message)
        view = look_at_album(replace(rule, album_id=album.id), name, None, owner, findings)
        findings.raise_problems()
        if view is None:
            message = "an album that was found must be there"
            raise TypeError(message)
        key = AlbumKey(owner.user.id, name)
        names = {each.name for each in (*rules.book.albums, *rules.book.others)}
        taken = _selected(rule, rules) if arguments.take_over else None
        adopted = adopt(key, view, rules.ledger, owner.server.base, now, take_over=taken, rules=names)
    console.say(f"{name}: feeds the album {album.name!r} from now on, with {len(view.members):,} photos in it")
    if adopted.before is not None:
        console.say(f"it fed {adopted.before.name!r} so far, which is left as it is")
    for other in adopted.shared_with:
        console.say(f"note: the rule {other!r} feeds the same album")
    if arguments.take_over:
        console.say(f"{adopted.taken_over:,} of them match the rule, and count as added by this tool")
    else:
        console.say("all of them count as put there by hand, so none is ever taken out")
    return Exit.DONE


def _selected(rule: AlbumRule, rules: RulesRun) -> dict[str, Sequence[Asset]]:
    """What the rule selects, by the id of the user whose account selects it. Raises ConfigurationError."""
    answers, _ = ask([rule], rules.accounts, rules.how)
    answer = answers[rule.name]
    if answer.problems:
        raise ConfigurationError(tuple(answer.problems))
    return {rules.accounts.present[name].user.id: found.assets for name, found in answer.selections.items()}
