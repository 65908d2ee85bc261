"""A source that lists what there is may give a thing another id: its report goes on, and nobody hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.contracts import Accepted, Report, named
from bot.intake.accept import Rights
from bot.intake.decisions import same
from bot.network import Network
from bot.store.db import Database
from bot.store.items import ReportRow
from tests.factories import ZONE, deliveries, person, plan, tell
from tests.unit.intake.test_joins import items, told

NEWS: dict[str, Any] = {"kind": "news", "closes_at": None}
EVENT: dict[str, Any] = {
    "kind": "event", "closes_at": None, "starts_at": "2026-12-09T09:00:00Z", "location": "Tampere",
}  # fmt: skip


def listed(
    database: Database, *reports: Report, name: str = "one", beside: frozenset[str] = frozenset()
) -> list[Accepted]:
    """Take in what a source lists; `beside` are the ids of what it lists too, and does not tell again."""
    return tell(database, *reports, rights=Rights(listed=named(reports) | beside), name=name)


def ids(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(ReportRow.external_id).order_by(ReportRow.id)))


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (told("x"), told("x"), "duplicate"),
        (told("x"), told("x", fund="EAKR"), "updated"),
        (told("x", identifier="A 1"), told("y", identifier="a-1", title={"fi": "Uusi"}), "updated"),
        (told("x", **NEWS), told("x", **NEWS), "duplicate"),
        (told("x"), told("x", closes_at="2027-01-29"), "accepted"),
        (told("x"), told("x", title={"fi": "Toinen"}), "accepted"),
        (told("x", identifier="A 1"), told("x", identifier="A 2"), "accepted"),
        (told("x", **NEWS), told("x/?utm_source=feed", **NEWS), "updated"),
        (told("x", **NEWS), told("x", **NEWS, body={"fi": "Jatkoa"}), "accepted"),
        (told("x"), told("y"), "accepted"),
        (told("x", **EVENT), told("y", **EVENT), "updated"),
        (told("x", **EVENT), told("y", **EVENT | {"location": "Oulu"}), "accepted"),
        (told("x", **EVENT), told("y", **EVENT | {"starts_at": "2026-12-09T08:00:00Z"}), "accepted"),
        (
            told("x", kind="discussion", closes_at=None),
            told("x", kind="discussion", closes_at=None),
            "accepted",
        ),
    ],
)
def test_which_report_goes_on_under_another_id(
    database: Database, before: Any, after: Any, verdict: str
) -> None:
    listed(database, Report("old", before))
    [answer] = listed(database, Report("new", after))
    assert (answer.verdict, answer.joined) == (verdict, False)
    goes_on = verdict != "accepted"
    assert ids(database) == (["new"] if goes_on else ["old", "new"])
    assert len(items(database)) == (1 if goes_on else 2)


def test_what_is_listed_under_both_ids_keeps_both(database: Database) -> None:
    one = told("x", identifier="A 1")
    listed(database, Report("old", one))
    answers = listed(database, Report("new", one), Report("old", one))
    assert [(each.verdict, each.joined) for each in answers] == [("accepted", True), ("duplicate", False)]
    assert ids(database) == ["old", "new"]


def test_what_is_listed_as_before_and_not_told_again_keeps_its_report(database: Database) -> None:
    listed(database, Report("a", told("x", identifier="UML-1")))
    [answer] = listed(
        database, Report("b", told("y", identifier="UML-1", closes_at="2027-01-20")), beside=frozenset({"a"})
    )
    assert answer.verdict == "accepted"
    assert ids(database) == ["a", "b"]


def test_what_is_taken_back_and_listed_anew_is_not_withdrawn(
    database: Database, network: Network, frozen: object
) -> None:
    with database.writing() as session:
        person(session)
    listed(database, Report("old", told("x")))
    answers = listed(database, Report("old", None), Report("new", told("x")))
    assert [each.verdict for each in answers] == ["unknown", "duplicate"]
    plan(database, network)
    assert [item.state for item in items(database)] == ["published"]
    assert [row.purpose for row in deliveries(database)] == ["notice"]


def test_two_that_may_be_the_old_one_are_both_let_be(database: Database) -> None:
    listed(database, Report("a", told("x")), Report("b", told("x", location="Oulu")))
    [answer] = listed(database, Report("new", told("x", location="Turku")))
    assert answer.verdict == "accepted"
    assert ids(database) == ["a", "b", "new"]


def test_a_source_that_sends_keeps_its_ids(database: Database) -> None:
    tell(database, Report("old", told("x", identifier="A 1")))
    [answer] = tell(database, Report("new", told("x", identifier="A 1")))
    assert answer.joined
    assert [each.verdict for each in tell(database, Report("old", None))] == ["withdrawn"]
    assert items(database)[0].state == "published"


def test_what_a_coordinator_joined_stays_joined_under_another_id(database: Database) -> None:
    tell(database, Report("a", told("one")), name="paper")
    listed(database, Report("old", told("x", closes_at="2027-01-29")))
    database.write(lambda session: same(session, 2, 1, ZONE, "coordinator"))
    [answer] = listed(database, Report("new", told("x", closes_at="2027-01-29")))
    assert (answer.verdict, answer.item_id) == ("duplicate", 1)
