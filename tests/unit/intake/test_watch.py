"""The watchdog: what is wrong with a source is told once, with a remedy, and so is its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot import clock
from bot.contracts import Cursor, Fetched, Report, SourceFault
from bot.contracts.incoming import FaultKind
from bot.intake.poll import poll_named
from bot.intake.watch.rounds import elapsed, go_round
from bot.intake.watch.runs import Counts, count_sent
from bot.store.db import Database
from bot.store.deliveries import MessageRow
from bot.store.sources import Source
from bot.store.watch import SourceRun, SourceTrouble
from tests import factories
from tests.conftest import FrozenClock


class Paper:
    """A source that says what a test wants."""

    fault: SourceFault | None = None
    ends: datetime | None = None
    said = 0

    def fetch(self, since: Cursor) -> Fetched:
        if self.fault:
            raise self.fault
        report = Report(f"n-{self.said}", factories.details(title={"en": f"Call {self.said}"}))
        return Fetched([report], {}, ["an entry has no id"], certificate_ends=self.ends)


@pytest.fixture
def paper(database: Database, frozen: FrozenClock) -> Paper:
    with database.writing() as session:
        factories.person(session, "Alice", role="coordinator", language="en")
        factories.source(session, "paper", next_at=clock.now())
    return Paper()


def ask(database: Database, paper: Paper, times: int = 1) -> None:
    for _ in range(times):
        poll_named(database, lambda _: paper, "paper", "worker", factories.ZONE)


def look(database: Database) -> None:
    database.write(lambda session: go_round(session, factories.ZONE))


def told(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(
            select(MessageRow).where(MessageRow.purpose == "alert").order_by(MessageRow.id)
        )
        return [(row.content[0]["title"], row.content[0]["body"]) for row in rows]


def at(frozen: FrozenClock, year: int, month: int, day: int, hour: int) -> None:
    frozen.advance(seconds=(datetime(year, month, day, hour, tzinfo=UTC) - clock.now()).total_seconds())


def test_every_poll_is_kept_with_what_it_brought_and_why_it_failed(database: Database, paper: Paper) -> None:
    ask(database, paper, 2)
    paper.fault = SourceFault("a login page", kind="not_content")
    ask(database, paper)
    with database.reading() as session:
        first, second, third = session.scalars(select(SourceRun).order_by(SourceRun.id))
    assert (first.new, first.unchanged, first.refused, first.faults) == (1, 0, 1, ["an entry has no id"])
    assert (second.new, second.unchanged, second.asked_by) == (0, 1, "command")
    assert (third.fault_kind, third.fault, third.rows) == ("not_content", "a login page", 0)


@pytest.mark.parametrize(("kind", "after"), [("unreachable", 5), ("structure", 2), ("refused", 2)])
def test_what_does_not_pass_by_itself_is_told_sooner(
    database: Database, paper: Paper, kind: FaultKind, after: int
) -> None:
    paper.fault = SourceFault("<b>no</b>", kind=kind)
    ask(database, paper, after - 1)
    assert told(database) == []
    ask(database, paper, 4)
    assert len(told(database)) == 1


def test_the_end_of_a_spell_is_told_once_and_only_if_the_spell_was(database: Database, paper: Paper) -> None:
    paper.fault = SourceFault("changed", kind="structure")
    ask(database, paper)
    paper.fault = None
    ask(database, paper)
    assert told(database) == []
    paper.fault = SourceFault("changed", kind="structure")
    ask(database, paper)
    paper.fault = SourceFault("forbidden", kind="refused")
    ask(database, paper)
    paper.fault = None
    ask(database, paper, 3)
    assert [title for title, _ in told(database)] == [
        "The source paper cannot be read",
        "The source paper is well again",
    ]
    assert "Check the key" in told(database)[0][1]
    with database.reading() as session:
        assert all(each.ended_at for each in session.scalars(select(SourceTrouble)))


def test_a_paused_source_is_left_in_peace(database: Database, paper: Paper) -> None:
    with database.writing() as session:
        session.scalars(select(Source).where(Source.name == "paper")).one().paused = True
    paper.fault = SourceFault("changed", kind="structure")
    ask(database, paper, 3)
    assert told(database) == []


def test_a_certificate_about_to_end_is_told_and_its_renewal(database: Database, paper: Paper) -> None:
    paper.ends = clock.now() + timedelta(days=15)
    ask(database, paper)
    assert told(database) == []
    paper.ends = clock.now() + timedelta(days=13)
    ask(database, paper, 2)
    paper.ends = clock.now() + timedelta(days=90)
    ask(database, paper, 2)
    titles = [title for title, _ in told(database)]
    assert titles == [
        "The certificate of the source paper ends soon",
        "The certificate of the source paper was renewed",
    ]
    assert told(database)[1][1] == "It ends on 22.02.2027 12:00."


def daily(database: Database, paper: Paper, frozen: FrozenClock, *days: tuple[int, int, int]) -> None:
    for day in days:
        at(frozen, *day, 9)
        paper.said += 1
        ask(database, paper)


WORKDAYS = [(2026, 12, day) for day in (14, 15, 16, 17, 18, 21, 22, 23)]


def test_silence_over_christmas_is_no_silence_but_in_january_it_is(
    database: Database, paper: Paper, frozen: FrozenClock
) -> None:
    daily(database, paper, frozen, *WORKDAYS)
    at(frozen, 2026, 12, 28, 9)  # Christmas Eve, two holidays and a Sunday lie between
    look(database)
    assert told(database) == []
    at(frozen, 2026, 12, 31, 9)
    look(database)
    look(database)
    [(title, body)] = told(database)
    assert title == "The source paper has brought nothing for a while"
    assert "nothing for 8 days; usually something comes every day" in body
    assert "The last thing came on 23.12.2026 11:00." in body
    daily(database, paper, frozen, (2027, 1, 4))
    look(database)
    assert told(database)[1:] == [
        (
            "The source paper brings something again",
            "The coordinators were told of its silence on 31.12.2026 11:00. Nothing need be done any more.",
        )
    ]


def test_silence_is_told_with_what_came_last_though_the_source_is_read_well(
    database: Database, paper: Paper, frozen: FrozenClock
) -> None:
    daily(database, paper, frozen, *WORKDAYS)
    for day in (28, 29, 30, 31):
        at(frozen, 2026, 12, day, 9)
        ask(database, paper)  # which brings what is known
    look(database)
    [(_, body)] = told(database)
    assert "The last thing came on 23.12.2026 11:00." in body
    assert "31.12.2026" not in body


def test_who_sends_by_itself_is_missed_too_and_whoever_runs_it_is_to_be_asked(
    database: Database, paper: Paper, frozen: FrozenClock
) -> None:
    with database.writing() as session:
        number = factories.source(session, "crm").id
    for day in WORKDAYS:
        at(frozen, *day, 9)
        database.write(lambda session: count_sent(session, number, Counts(new=1)))
    at(frozen, 2026, 12, 31, 9)
    look(database)
    [(title, body)] = told(database)
    assert title == "The source crm has brought nothing for a while"
    assert "It sends by itself: ask whoever runs it" in body


@pytest.mark.parametrize("change", [(2026, 10, 25), (2028, 3, 26)])
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(change: tuple[int, int, int]) -> None:
    begin = datetime(*change, 12, tzinfo=UTC) - timedelta(days=2)
    whole = elapsed(begin, begin + timedelta(days=4), workdays=False, zone=factories.ZONE)
    sunday = datetime(*change, tzinfo=ZoneInfo(factories.ZONE))
    saturday = sunday - timedelta(days=1)
    weekend = (sunday + timedelta(days=1)).astimezone(UTC) - saturday.astimezone(UTC)
    assert weekend != timedelta(days=2)
    assert elapsed(begin, begin + timedelta(days=4), workdays=True, zone=factories.ZONE) == whole - weekend


def test_who_brings_at_weekends_too_is_missed_at_weekends(
    database: Database, paper: Paper, frozen: FrozenClock
) -> None:
    daily(database, paper, frozen, *[(2026, 12, day) for day in range(14, 23)])
    at(frozen, 2026, 12, 26, 10)
    look(database)
    assert len(told(database)) == 1


def test_too_few_times_are_no_habit_and_a_fault_explains_silence(
    database: Database, paper: Paper, frozen: FrozenClock
) -> None:
    daily(database, paper, frozen, *WORKDAYS[:5])
    at(frozen, 2027, 6, 1, 9)
    look(database)
    daily(database, paper, frozen, *[(2027, 6, day) for day in (2, 3, 4, 7)])
    paper.fault = SourceFault("away", kind="unreachable")
    ask(database, paper)
    at(frozen, 2027, 6, 25, 9)
    look(database)
    assert told(database) == []


def test_what_is_sent_is_counted_by_the_hour(database: Database, paper: Paper, frozen: FrozenClock) -> None:
    with database.reading() as session:
        number = session.scalars(select(Source.id).where(Source.name == "paper")).one()
    for _ in range(2):
        database.write(lambda session: count_sent(session, number, Counts(new=2, unchanged=1)))
    frozen.advance(hours=1)
    database.write(lambda session: count_sent(session, number, Counts(changed=1)))
    with database.reading() as session:
        rows = session.scalars(select(SourceRun).order_by(SourceRun.id)).all()
        assert [(row.new, row.changed, row.unchanged, row.rows) for row in rows] == [
            (4, 0, 2, 6),
            (0, 1, 0, 1),
        ]
        assert session.get_one(Source, number).brought_at == clock.now()


def test_old_runs_are_dropped(database: Database, paper: Paper, frozen: FrozenClock) -> None:
    ask(database, paper)
    frozen.advance(days=91)
    ask(database, paper)
    look(database)
    with database.reading() as session:
        assert len(session.scalars(select(SourceRun)).all()) == 1
