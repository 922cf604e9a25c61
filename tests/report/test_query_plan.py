"""How a plan of searches is shown to people."""

from __future__ import annotations

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.report.query_plan import query_plan_lines
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, Sort, SplitKey
from immich_smart_albums.selection.query_plan import Branch, RulePlan, merge_scans

EMMA_ID = "11111111-2222-4333-8444-555555555555"
EMMA = Query(Kind.METADATA, where(personIds=(EMMA_ID,)))
DOG = Query(Kind.SMART, where(query="dog"), limit=200)
FEW = Query(Kind.METADATA, where(city="Nice"), limit=5)
EVERYWHERE = Query(Kind.METADATA, visibility=frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))


def check(words: str, *fields: str) -> Filter:
    return Filter(words, lambda _: True, frozenset(fields), lambda _: None)


APPLE, TAGGED = check("make 'Apple'", "exifInfo.make"), check("tag 'Pets'", "tags")


def shown(*rules: RulePlan, sizes: dict[Query, int] | None = None) -> str:
    """The plan of some rules."""
    made = merge_scans(rules)
    fields_of = {
        reading.query: frozenset(field.partition(".")[0] for field in reading.fields)
        | (frozenset({"people"}) if reading.query == EMMA else frozenset())
        for reading in made.scans
    }
    lines = query_plan_lines(made, sizes or {}, {EMMA_ID: "Emma\x1b[31m"}, fields_of, title="Searches")
    return "\n".join(lines)


def plan(*branches: tuple[Query, Node | None], rule: Rule | None = None, name: str = "", note: str = "") -> RulePlan:
    made = tuple(Branch(driver, residual) for driver, residual in branches)
    return RulePlan(rule or Rule(Search(WHOLE_LIBRARY)), made, (note,) if note else (), name)


def test_searches_are_numbered_with_their_sizes_and_what_is_read_of_them() -> None:
    tree = All((APPLE, check("people", "people"), Not(Search(EMMA))))
    assert shown(plan((WHOLE_LIBRARY, tree)), sizes={WHOLE_LIBRARY: 98_000, EMMA: 1}) == (
        """Searches

  1. metadata search (the whole timeline)
     98,000 photos, 98 requests, with EXIF and people
  2. metadata search (personIds=[Emma?[31m])
     1 photo, 1 request, with people, of which only the ids are kept
     together 2 searches, about 99 requests

What is selected
  what search 1 finds:
    make 'Apple'
    people
    not in what search 2 finds"""
    )


def test_what_is_not_known_is_not_made_up() -> None:
    text = shown(plan((WHOLE_LIBRARY, None), (DOG, None), (FEW, None)), sizes={FEW: 3})
    assert "as many as it finds, a request for each 1,000\n" in text
    assert "up to 200 photos, 1 request\n" in text
    assert "up to 3 photos, 1 request\n" in text
    assert "together 3 searches, at least 3 requests" in text


def test_each_place_is_searched_by_itself() -> None:
    assert "1,500 photos, 3 requests" in shown(plan((EVERYWHERE, None)), sizes={EVERYWHERE: 1500})


def test_what_must_hold_is_a_tree() -> None:
    tree = Any((All((APPLE, Search(EMMA))), Not(Any((TAGGED, person_named("Noah"))))))
    text = shown(plan((DOG, tree), (EMMA, TAGGED), name="Album"))
    assert text.endswith(
        """
Album
  what search 1 finds:
    any of these
      all of these
        make 'Apple'
        in what search 2 finds
      not any of these
        tag 'Pets' (each photo is asked for by itself)
        person 'Noah'
  and what search 2 finds:
    tag 'Pets' (each photo is asked for by itself)"""
    )


def test_splits_limits_and_notes_are_told() -> None:
    year = SplitKey("year", frozenset({"localDateTime"}), lambda _: ())
    rule = Rule(Search(EMMA), 1000, Sort.NEWEST, (year,))
    assert shown(plan((EMMA, None), rule=rule, note="a note")).endswith(
        "  what search 1 finds\n  split by year\n  of these the newest 1,000\n  note: a note"
    )


def test_a_rule_that_nothing_can_match_sends_nothing() -> None:
    assert shown(plan(note="nothing can match: city cannot be 'A' and 'B'")) == (
        """Searches

No search is sent.

What is selected
  nothing can match, so no search is sent
  note: nothing can match: city cannot be 'A' and 'B'"""
    )
