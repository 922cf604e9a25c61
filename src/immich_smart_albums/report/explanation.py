"""An explanation as text and as JSON: why a photo is in an album or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.model.text.command import command
from immich_smart_albums.report.assets import asset_json, asset_line, asset_url
from immich_smart_albums.report.envelope import envelope
from immich_smart_albums.report.failures import problem_json
from immich_smart_albums.report.plan.as_text import problem_lines
from immich_smart_albums.report.words import one_line
from immich_smart_albums.selection.explain.explain import Verdict, answer_text, leaf_text, value_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.journal import Run
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.explain.album import AlbumExplanation, AlbumPlacement
    from immich_smart_albums.operations.explain.photo import RuleExplanation
    from immich_smart_albums.selection.explain.explain import Explanation, LeafEvidence, Reason

_SIGNS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.NOT_ASKED: "·"}

_WORDS = {"all": "all of these", "any": "any of these", "not": "none of this"}


def explanation_lines(explanation: AlbumExplanation) -> Iterator[str]:
    """Yields the photo, the verdict of the rule for each account, and whether the photo is in the album."""
    asset = next((account.asset for account in explanation.accounts if account.asset), None)
    yield asset_line(asset, explanation.server) if asset else asset_url(explanation.server, explanation.asset_id)
    yield f"{_matches(explanation.passed)} {one_line(explanation.rule)!r}"
    for account in explanation.accounts:
        yield ""
        if len(explanation.accounts) > 1:
            yield f"For {one_line(account.account)}: {_matches(None if account.problems else account.passed)}"
        yield from _account(account)
    yield ""
    if not explanation.places:
        yield "it is in none of this rule's albums, as far as the ledger knows"
    for place in explanation.places:
        yield f"{one_line(place.name)}: {doing(place, explanation.asset_id)}"
        for problem in place.problems:
            yield from problem_lines(problem)


def _matches(passed: bool | None) -> str:
    return "it is not known whether it matches" if passed is None else "matches" if passed else "does not match"


def _account(explanation: RuleExplanation) -> Iterator[str]:
    for problem in explanation.problems:
        yield from problem_lines(problem)
    if explanation.outside is not None:
        yield f"✗ {one_line(explanation.outside)}"
    if explanation.explanation is not None:
        yield from _tree(explanation.explanation.tree, 0)
        if explanation.outside is None:
            yield from _near_misses(explanation.explanation)
    if explanation.cut is not None:
        yield f"✗ {one_line(explanation.cut)}"
    if explanation.waits is not None:
        yield f"… it waits: {one_line(explanation.waits)}"
    if explanation.combinations == ():
        yield "✗ it has no value for what the albums are split by"


def _tree(reason: Reason, depth: int) -> Iterator[str]:
    words = reason.words or _WORDS[reason.kind]
    seen = f"  ({answer_text(reason.answer)})" if reason.answer and answer_text(reason.answer) else ""
    remark = "  (not asked: it makes no difference)" if reason.verdict is Verdict.NOT_ASKED else ""
    yield f"{'  ' * depth}{_SIGNS[reason.verdict]} {one_line(words + seen)}{remark}"
    if reason.verdict is not Verdict.NOT_ASKED:
        for part in reason.parts:
            yield from _tree(part, depth + 1)


def _near_misses(explanation: Explanation) -> Iterator[str]:
    words, misses = near_misses(explanation)
    if misses:
        yield ""
        yield words
    for reason in misses:
        yield f"  {one_line(leaf_text(reason))}" + (f"  {one_line(reason.where)}" if reason.where else "")


def near_misses(explanation: Explanation) -> tuple[str, Sequence[Reason]]:
    """Returns the near misses, with a heading for them. A rule of one predicate has none."""
    misses = explanation.near_misses
    if explanation.passed or explanation.tree in misses:
        misses = ()
    is_one = len(misses) == 1
    return "It would match but for one:" if is_one else "It would match if one of these were otherwise:", misses


def reason_words(reason: Reason) -> str:
    """Returns the words of a part of a rule."""
    return one_line(reason.words or _WORDS[reason.kind])


def doing(place: AlbumPlacement, asset_id: str) -> str:
    """Returns whether a photo is in an album, and who put it there or took it out."""
    forget = command("ledger", "forget", place.name, asset_id)
    if place.problems:
        return "could not be looked at"
    if place.inside:
        return _inside(place)
    if place.album is None and place.standing is None:
        return "there is no album yet" + (", the next run makes it and adds the photo" if place.wanted else "")
    match place.standing:
        case None:
            return "not in the album" + (" yet, the next run adds it" if place.wanted else "")
        case MembershipState.REMOVED:
            back = ", the next run adds it again" if place.wanted else ""
            return f"not in the album, taken out{_by(place.run)} because it matched no more{back}"
        case MembershipState.UNSURE:
            return (
                f"not in the album, added{_by(place.run)}, which was interrupted; perhaps a person took it out, so it"
                f" stays out until {forget}"
            )
        case MembershipState.GONE:
            return f"not in the album, added{_by(place.run)} and then taken out or deleted; it stays out until {forget}"
        case MembershipState.OURS | MembershipState.HAND_MADE:
            return "not in the album, a person took it out; it stays out, and the next run notes that"
        case _:
            return f"not in the album, a person took it out; it stays out until {forget}"


def _inside(place: AlbumPlacement) -> str:
    match place.standing:
        case MembershipState.OURS:
            return f"in the album, added by this rule{_by(place.run)}"
        case None | MembershipState.HAND_MADE:
            return "in the album, put there by hand; never taken out by this tool"
        case _:
            return "in the album, put back by hand; never taken out by this tool"


def _by(run: Run | None) -> str:
    return f" in run {run.id} on {run.started[:10]}" if run else ""


def explanation_json(explanation: AlbumExplanation) -> dict[str, object]:
    """Returns the whole explanation as one JSON object."""
    fields = {
        "server": explanation.server,
        "rule": explanation.rule,
        "asset": {"id": explanation.asset_id, "url": asset_url(explanation.server, explanation.asset_id)},
        "matches": explanation.passed,
        "accounts": [_account_json(account, explanation.server) for account in explanation.accounts],
        "albums": [_place_json(place, explanation) for place in explanation.places],
        "problems": [problem_json(problem) for problem in explanation_problems(explanation)],
    }
    return envelope(fields)


def explanation_problems(explanation: AlbumExplanation) -> tuple[Problem, ...]:
    """Returns the problems of accounts and albums, each once."""
    of_accounts = (problem for why in explanation.accounts for problem in why.problems)
    of_places = (problem for place in explanation.places for problem in place.problems)
    return tuple(dict.fromkeys((*of_accounts, *of_places)))


def _account_json(rule_explanation: RuleExplanation, base: str) -> dict[str, object]:
    explanation = rule_explanation.explanation
    return {
        "account": rule_explanation.account,
        "matches": rule_explanation.passed,
        "asset": rule_explanation.asset and asset_json(rule_explanation.asset, base),
        "outside": rule_explanation.outside,
        "cut": rule_explanation.cut,
        "waits": rule_explanation.waits,
        "split": rule_explanation.combinations,
        "problems": [problem_json(problem) for problem in rule_explanation.problems],
        "tree": explanation and _reason_json(explanation.tree),
        "nearMisses": [_reason_json(reason) for reason in explanation.near_misses] if explanation else [],
    }


def _reason_json(reason: Reason) -> dict[str, object]:
    data: dict[str, object] = {"kind": reason.kind, "words": reason.words, "verdict": reason.verdict.value}
    if reason.where:
        data["where"] = reason.where
    if reason.answer:
        data["saw"] = _answer_json(reason.answer)
    if reason.parts:
        data["parts"] = [_reason_json(part) for part in reason.parts]
    return data


def _answer_json(answer: LeafEvidence) -> dict[str, object]:
    data: dict[str, object] = {"value": _plain(answer.value)}
    if answer.read is not None:
        data |= {"rank": answer.rank, "read": answer.read}
    return data


def _plain(value: object) -> object:
    """Returns a value as JSON has it; what JSON does not have becomes text."""
    match value:
        case None | bool() | int() | float() | str():
            return value
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value_text(value)


def _place_json(place: AlbumPlacement, explanation: AlbumExplanation) -> dict[str, object]:
    album, run = place.album, place.run
    return {
        "name": place.name,
        "album": album and {"id": album.id, "name": album.name, "url": f"{explanation.server}/albums/{album.id}"},
        "wanted": place.wanted,
        "inside": None if place.problems else place.inside,
        "ledger": place.standing and place.standing.value,
        "run": run and {"id": run.id, "started": run.started, "verb": run.verb},
        "problems": [problem_json(problem) for problem in place.problems],
    }
