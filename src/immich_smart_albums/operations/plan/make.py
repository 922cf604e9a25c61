"""Makes a plan from rules: every account selects, and every album is compared. Nothing is written.

If an album cannot be planned, it has problems, and the others go on. If an account fails, only its part of the album is
missing: the photos that it would have selected are neither added nor removed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.changes.guard import refusals_of_run, refused_together
from immich_smart_albums.changes.plan import Plan
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.operations.albums.predecessors import Predecessors
from immich_smart_albums.operations.plan.album import AlbumPlanner
from immich_smart_albums.operations.plan.drafts import Drafts
from immich_smart_albums.operations.plan.names import require_known
from immich_smart_albums.operations.plan.rule import RulePlanner
from immich_smart_albums.operations.plan.selections import AlbumSelections, select_for_albums
from immich_smart_albums.operations.plan.unselected import Unselected

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.album import RuleSet


def make_plan(  # noqa: PLR0913 - what a plan is made from, each with a name
    rule_set: RuleSet,
    accounts: ConnectedAccounts,
    ledger: Ledger,
    options: SelectOptions,
    *,
    made_at: str,
    rules: str = "",
    files: Sequence[str] = (),
    allow: Collection[str] = (),
    answers: Mapping[str, AlbumSelections] | None = None,
    drafts: Drafts | None = None,
) -> tuple[Plan, tuple[str, ...]]:
    """Returns the plan for all albums of a set of rules, and notices.

    The guards of albums named in `allow` do not count this once. `rules` is the digest of the rules `files`. `answers`
    has the selections, if they were made before. `drafts` has the answers of earlier drafts; None: this is no draft,
    and the server is asked for everything. Raises ConfigurationError if `allow` names an album that is not there.
    """
    notices: tuple[str, ...] = ()
    if answers is None:
        answers, notices = select_for_albums(rule_set.albums, accounts, options)
    allow = frozenset(map(nfc, allow))
    predecessors = Predecessors(rule_set, accounts, ledger)
    drafts = Drafts() if drafts is None else drafts
    unselected = Unselected(accounts, options, drafts.indexing)
    album_planner = AlbumPlanner(accounts, ledger, predecessors, unselected, drafts.albums, options.records)
    planner = RulePlanner(accounts, ledger, allow, predecessors, album_planner)
    plans = planner.allowing(
        refused_together(plan for rule in rule_set.albums for plan in planner.plans(rule, answers[rule.name]))
    )
    albums = tuple(structs.replace(plan, problems=with_lines(plan.problems, rule_set.documents)) for plan in plans)
    require_known(allow, {album.name for album in rule_set.albums} | {album.rule for album in albums})
    refusals = refusals_of_run(rule_set.guard, albums)
    notices = (*notices, *_busy_steps(accounts, unselected)) if ledger.remembers else notices
    base = next(iter(accounts.present.values())).server.base
    users = {name: account.user.id for name, account in accounts.present.items()}
    plan = Plan(
        base,
        made_at,
        albums,
        refusals,
        users=users,
        ledger=ledger.state,
        rules=rules,
        files=tuple(files),
        allowed=tuple(sorted(allow)),
    )
    return plan, notices


def _busy_steps(accounts: ConnectedAccounts, unselected: Unselected) -> Iterator[str]:
    """A notice on the queues in which Immich is still at work. Only keys of administrators may see them."""
    busy: dict[str, None] = {}
    for name in accounts.present:
        busy.update(dict.fromkeys(sorted(unselected.indexing_of(name).queues())))
    if busy:
        yield f"Immich is still at work on {', '.join(busy)}: what it has not come to yet may be missing here"
