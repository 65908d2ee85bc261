"""One thing told by several sources is one item: it joins, is put together, changes and goes, report by report."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, update

from bot.contracts import Report
from bot.intake.accept import Rights, accept
from bot.network import Network
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.store.items import Item, ReportRow
from bot.store.joining import Likeness, ReportKey
from tests.factories import ZONE, deliveries, details, person, plan, source, tell

PAGE = "https://example.org/{}"


def items(database: Database) -> list[Item]:
    with database.reading() as session:
        return list(session.scalars(select(Item).order_by(Item.id)))


def likenesses(database: Database) -> list[tuple[int, int, str]]:
    with database.reading() as session:
        rows = select(Likeness.report_id, Likeness.item_id, Likeness.state).order_by(Likeness.report_id)
        return [(row.report_id, row.item_id, row.state) for row in session.execute(rows)]


def told(name: str, **more: Any) -> Any:
    return details(**{"url": PAGE.format(name), **more})


def test_what_four_sources_tell_is_one_item_with_four_links_and_told_once(
    database: Database, network: Network, frozen: object
) -> None:
    with database.writing() as session:
        person(session)
    for name in ("one", "two", "three", "four"):
        (answer,) = tell(database, Report(name, told(name)), name=name)
        assert (answer.item_id, answer.joined) == (1, name != "one")
        plan(database, network)
    [item] = items(database)
    assert [link.url for link in item.content().links] == [
        PAGE.format(n) for n in ("one", "two", "three", "four")
    ]
    assert [link.label for link in item.content().links] == ["one", "two", "three", "four"]
    assert [each.dedupe_key.split(":")[:2] for each in deliveries(database)] == [["notice", "1"]]


def test_a_join_adds_what_the_first_lacks_and_nothing_else(database: Database) -> None:
    first = told("one", title={"fi": "Haku"}, fund="EAKR", closes_at="2027-01-15", topics=())
    tell(database, Report("a", first), name="one")
    more = told(
        "two",
        title={"fi": "Haku", "sv": "Ansökan"},
        body={"sv": "Text"},
        fund="JTF",
        authority="A",
        identifier="N 1",
    )
    tell(database, Report("b", more), name="two")
    [item] = items(database)
    said = item.content()
    assert said.title == {"fi": "Haku", "sv": "Ansökan"}
    assert (said.body, said.fund, said.authority, said.identifier) == ({"sv": "Text"}, "EAKR", "A", "N 1")
    assert said.topics == ()  # for all topics: a join does not narrow that
    assert said.closes_at is not None
    assert said.closes_at.at is not None  # the same day, and its hour


def test_money_that_differs_stands_side_by_side(database: Database) -> None:
    tell(database, Report("a", told("one", amount_eur=5, support_percent=60)), name="one")
    tell(database, Report("b", told("two", amount_eur=7, support_percent=60)), name="two")
    said = items(database)[0].content()
    assert (said.amount_eur, said.support_percent) == (None, 60)
    assert [(each.source, each.value) for each in said.figures] == [("one", 5), ("two", 7)]


def test_a_deadline_that_one_source_moves_stands_beside_the_first_and_coordinators_hear_of_it(
    database: Database, network: Network, frozen: object
) -> None:
    with database.writing() as session:
        person(session, role="coordinator")
    tell(database, Report("a", told("one")), name="one")
    tell(database, Report("b", told("two")), name="two")
    for _ in range(2):
        tell(database, Report("b", told("two", closes_at="2027-01-29")), name="two")
    said = items(database)[0].content()
    assert said.closes_at == details().closes_at
    assert [each.source for each in said.stated_deadlines] == ["one", "two"]
    assert len([each for each in deliveries(database) if each.purpose == "alert"]) == 1
    tell(database, Report("a", told("one", closes_at="2027-01-29")), name="one")
    said = items(database)[0].content()
    assert (said.stated_deadlines, said.closes_at.isoformat() if said.closes_at else "") == ((), "2027-01-29")


def test_a_change_that_shows_nowhere_is_no_revision(database: Database) -> None:
    tell(database, Report("a", told("one", fund="EAKR")), name="one")
    tell(database, Report("b", told("two", fund="EAKR")), name="two")
    before = items(database)[0].revision
    (answer,) = tell(database, Report("b", told("two", fund="JTF")), name="two")
    assert (answer.verdict, items(database)[0].revision) == ("updated", before)
    tell(database, Report("b", told("two", fund="JTF", location="Oulu")), name="two")
    assert items(database)[0].revision == before + 1


def test_it_lives_while_one_source_tells_of_it(database: Database) -> None:
    tell(database, Report("a", told("one", fund="EAKR")), name="one")
    tell(database, Report("b", told("two")), name="two")
    tell(database, Report("a", None), name="one")
    [item] = items(database)
    assert (item.state, item.content().fund, item.content().url) == ("published", None, PAGE.format("two"))
    tell(database, Report("b", None), name="two")
    assert items(database)[0].state == "withdrawn"
    tell(database, Report("a", told("one")), name="one")
    assert items(database)[0].state == "published"


def test_a_source_joins_nothing_of_its_own_unless_by_number(database: Database) -> None:
    one, two = told("one"), told("two")
    assert [each.item_id for each in tell(database, Report("a", one), Report("b", two))] == [1, 2]
    numbered = [Report(name, told(name, title={"fi": name}, identifier="EURA 1")) for name in ("c", "d")]
    answers = tell(database, *numbered)
    assert answers[0].item_id == answers[1].item_id
    assert [each.joined for each in answers] == [False, True]


def test_of_two_that_could_join_one_does_and_the_other_is_offered(database: Database) -> None:
    tell(database, Report("a", told("one")), name="one")
    answers = tell(database, Report("x", told("x")), Report("y", told("y")), name="two")
    assert sorted(each.joined for each in answers) == [False, True]
    assert sorted(state for _, _, state in likenesses(database)) == ["joined", "offered"]


def test_what_is_doubtful_becomes_an_item_and_is_offered(database: Database) -> None:
    tell(database, Report("a", told("one")), name="one")
    (answer,) = tell(database, Report("b", told("two", closes_at="2027-01-29")), name="two")
    assert (answer.item_id, answer.joined) == (2, False)
    assert likenesses(database) == [(2, 1, "offered")]


NEAR = "Kestävän kaupunkikehityksen haku kaupungeille"


@pytest.mark.parametrize(
    ("title", "closes", "cities", "offered"),
    [
        ("Kestävän kaupunkikehityksen haut kaupungeille", "2027-02-10", ("tampere",), True),
        ("Haku kaupungeille: kestävän kaupunkikehityksen", "2027-03-15", ("tampere",), True),
        ("Kestävän kaupunkikehityksen haut kaupungeille", "2026-12-20", (), True),
        ("Kestävän kaupunkikehityksen haut kaupungeille", "2027-02-10", ("oulu",), False),
        ("Kestävän kaupunkikehityksen haut kaupungeille", "2027-04-10", ("tampere",), False),
        ("Kestävän kaupunkikehityksen 2. haku kaupungeille", "2027-02-10", ("tampere",), False),
        ("Kestävän liikenteen haku kaupungeille", "2027-02-10", ("tampere",), False),
    ],
)
def test_nearly_the_same_title_with_another_deadline_is_offered_and_never_joined(
    database: Database, title: str, closes: str, cities: tuple[str, ...], offered: bool
) -> None:
    tell(database, Report("a", told("one", title={"fi": NEAR})), name="one")
    other = told("two", title={"fi": title}, closes_at=closes, cities=cities)
    (answer,) = tell(database, Report("b", other), name="two")
    assert (answer.item_id, answer.joined) == (2, False)
    assert likenesses(database) == ([(2, 1, "offered")] if offered else [])


def test_of_the_networks_real_calls_none_is_offered_as_another_for_its_title(database: Database) -> None:
    real = json.loads((Path(__file__).parents[2] / "relevance_calls.json").read_text("utf-8"))
    first, later = (
        [
            Report(
                str(at), told(f"{day}/{at}", title={row["language"]: row["title"]}, closes_at=day, cities=())
            )
            for at, row in enumerate(real)
        ]
        for day in ("2027-01-15", "2027-02-10")
    )
    tell(database, *first, name="one")
    tell(database, *later, name="two")
    with database.reading() as session:
        titles = {row.id: row.content().title for row in session.scalars(select(Item))}
        reports = dict(session.execute(select(ReportRow.id, ReportRow.item_id)).all())
    pairs = likenesses(database)
    assert len({report for report, _, _ in pairs}) == len(real)  # each is offered as what it may be
    assert all(
        state == "offered" and titles[reports[report]] == titles[item] for report, item, state in pairs
    )


def test_what_came_to_look_alike_is_offered_once(database: Database) -> None:
    tell(database, Report("a", told("one")), name="one")
    tell(database, Report("b", told("two", title={"fi": "Aivan muu"})), name="two")
    for fund in ("EAKR", "JTF"):
        tell(database, Report("b", told("two", fund=fund)), name="two")
    assert len(items(database)) == 2
    assert likenesses(database) == [(2, 1, "offered")]


@pytest.mark.parametrize("first", ["at_once", "after_approval"])
def test_nothing_that_needs_approval_gets_round_it(database: Database, first: str) -> None:
    second = "after_approval" if first == "at_once" else "at_once"
    tell(database, Report("a", told("one")), name="one", rights=Rights(publish=first))
    tell(database, Report("b", told("two")), name="two", rights=Rights(publish=second))
    assert sorted(item.state for item in items(database)) == ["published", "waiting"]
    assert likenesses(database) == [(2, 1, "offered")]


def test_a_join_shows_nobody_what_was_for_the_network_only(database: Database) -> None:
    tell(database, Report("a", told("one")), name="one")
    tell(database, Report("b", told("two", visibility="network", body={"fi": "Salaisuus"})), name="two")
    [item] = items(database)
    assert (item.visibility, item.revision, item.content().body, item.content().links) == (
        "public",
        1,
        {},
        (),
    )


def test_news_join_by_their_link_only(database: Database) -> None:
    news = {"kind": "news", "closes_at": None}
    tell(database, Report("a", told("same", **news)), name="one")
    tell(database, Report("b", told("other", **news)), name="two")
    (answer,) = tell(database, Report("c", told("same?utm_source=x", **news)), name="three")
    assert (len(items(database)), answer.joined, answer.item_id) == (2, True, 1)


def test_two_sources_that_tell_of_it_at_the_same_instant_make_one_item(database: Database) -> None:
    with database.writing() as session:
        ids = [source(session, name).id for name in ("one", "two")]
    gate, joined = threading.Barrier(2), []

    def bring(source_id: int) -> None:
        reports = [Report(str(at), told(f"{source_id}-{at}", title={"fi": f"Haku {at}"})) for at in range(20)]
        gate.wait()
        answers = database.write(lambda session: accept(session, source_id, reports, Rights(), ZONE))
        joined.append(sum(answer.joined for answer in answers))

    threads = [threading.Thread(target=bring, args=(each,)) for each in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(joined) == [0, 20]
    assert len(items(database)) == 20


def test_a_thousand_reports_ask_the_database_no_more_than_ten(database: Database) -> None:
    asked: list[str] = []

    def count(name: str, many: int) -> int:
        reports = [
            Report(f"{name}-{at}", told(f"{name}-{at}", title={"fi": f"Haku {name} {at}"}))
            for at in range(many)
        ]
        asked.clear()
        tell(database, *reports, name=name)
        return len([each for each in asked if each.startswith("SELECT")])

    event.listen(database.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    count("warm", 1)
    few, many = count("few", 10), count("many", 1000)
    assert many < few + 40


def test_reports_older_than_the_joining_keep_their_word_when_another_joins(database: Database) -> None:
    tell(database, Report("a", told("one", fund="EAKR")), name="one")
    with database.writing() as session:
        session.execute(update(ReportRow).values(details=None))
        session.execute(delete(ReportKey))
    tell(database, Report("a", told("one", fund="EAKR")), name="one")  # the next poll says the same
    with database.reading() as session:
        assert session.scalars(select(ReportRow.details)).one() is not None
    assert tell(database, Report("b", told("two")), name="two")[0].joined


def test_a_report_that_was_overtaken_changes_nothing(database: Database) -> None:
    early, late = (datetime(2026, 11, day, tzinfo=UTC) for day in (1, 2))
    tell(database, Report("a", details(fund="new"), as_of=late))
    answers = tell(database, Report("a", details(fund="old"), as_of=early))
    assert [each.verdict for each in answers] == ["duplicate"]
    assert [each.verdict for each in tell(database, Report("a", None, as_of=early))] == ["duplicate"]
    assert items(database)[0].content().fund == "new"


def test_nobody_is_told_twice_by_any_join(database: Database, network: Network, frozen: object) -> None:
    with database.writing() as session:
        person(session)
        person(session, "Bob", cities=("oulu",))
    tell(database, Report("a", told("one")), name="one")
    plan(database, network)
    tell(database, Report("b", told("two", identifier="N", title={"sv": "X"})), name="two")
    tell(database, Report("c", told("one", identifier="N", cities=("oulu",))), name="three")
    plan(database, network)
    with database.reading() as session:
        keys = session.scalars(select(Delivery.dedupe_key).where(Delivery.purpose == "notice")).all()
        assert session.scalar(select(func.count()).select_from(Item)) == 2
    assert len(keys) == len(set(keys))
