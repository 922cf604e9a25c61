"""The `tests` of a rule: assets that must match, or must not. A failing test stops the album."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.operations.explain.photo import explain_resolved
from immich_smart_albums.selection.explain.explain import summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.rules.album import AlbumRule, Expectation
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.run.evaluate import Selection


def failing_tests(
    rule: AlbumRule,
    selections: Mapping[str, Selection],
    resolved: Mapping[str, Rule],
    accounts: Mapping[str, ConnectedAccount],
) -> Iterator[Problem]:
    """Yields a problem for each test that the selections do not pass, with the reason.

    `resolved` is the rule with its names looked up, by account. If an account failed, an asset that must match and that
    no other account selects fails the test.
    """
    if not rule.tests:
        return
    selecting = {asset.id: name for name, selection in selections.items() for asset in selection.assets}
    for test in rule.tests:
        if (test.asset in selecting) is not test.matches:
            accounts_to_ask = [selecting[test.asset]] if test.asset in selecting else list(selections)
            yield _problem(rule, test, {name: resolved[name] for name in accounts_to_ask}, accounts)


def _problem(
    rule: AlbumRule, test: Expectation, resolved: Mapping[str, Rule], accounts: Mapping[str, ConnectedAccount]
) -> Problem:
    base = next(iter(accounts.values())).server.base
    wanted = "must match and does not" if test.matches else "must not match and does"
    reasons = [
        f"{f'{name}: ' if len(resolved) > 1 else ''}{_reason(rule.rule, rule_of_account, test.asset, accounts[name])}"
        for name, rule_of_account in resolved.items()
    ]
    message = f"a test of {rule.name!r} fails: {base}/photos/{test.asset} {wanted}"
    hint = "Mend the rule, or take the test out if the photo is another than it was. Nothing was written to this album."
    return problem_at(test.span or rule.span, f"{message}, because {'; '.join(reasons)}", hint)


def _reason(written: Rule, resolved: Rule, asset_id: str, account: ConnectedAccount) -> str:
    try:
        explanation, _ = explain_resolved(written, resolved, asset_id, account)
    except SmartAlbumsError as error:
        return f"the reason could not be asked for: {error.message}"
    if explanation.explanation is None or explanation.outside is not None:
        return str(explanation.outside)
    reason = summary(explanation.explanation)
    if explanation.passed and resolved.limit is not None:
        return f"{reason}, and the rule keeps the {resolved.sort.value} {resolved.limit:,}"
    return reason
