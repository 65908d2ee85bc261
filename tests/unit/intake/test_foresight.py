"""A dry run says of what is new also whether it would be set aside or join what another source told."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from bot import clock
from bot.app import House
from bot.contracts import Cursor, Details, Fetched, Report
from bot.intake.accept import Rights, accept
from bot.intake.foresight import foresee
from bot.intake.relevance import Sieve, load_rules
from bot.intake.trial import try_out
from bot.store.db import Database
from bot.store.items import Item
from bot.store.joining import Judgement
from bot.store.sources import source_named
from tests.factories import ZONE, details, source, tell


def call(title: str, **more: object) -> Details:
    return details(**{"title": {"fi": title}, "cities": (), "topics": (), **more})


@dataclass
class Shown:
    """A source that shows these."""

    reports: list[Report]

    def fetch(self, since: Cursor) -> Fetched:
        return Fetched(self.reports, {})


REPORTS = [
    Report("1", call("Pirkanmaan liiton AKKE-haku", identifier="AKKE-1", closes_at="2027-03-01")),
    Report("2", call("Kalastajien investointituki", closes_at="2027-04-01")),
    Report("3", call("Ekosysteemisopimuksen haku, Tampere", closes_at="2027-05-01")),
]


def test_what_would_be_set_aside_or_join_is_said_and_comes_true(house: House) -> None:
    told = call("AKKE-haku: Pirkanmaa", identifier="AKKE-1", closes_at="2027-03-01")
    tell(house.database, Report("other", told), name="council")
    with house.database.writing() as session:
        source(session, "eura", kind="eura", sifted=True, next_at=clock.now(), well_at=clock.now())
    with house.database.reading() as session:
        eura = source_named(session, "eura")
        assert eura is not None
        session.expunge_all()
    trial = try_out(house.database, lambda _: Shown(REPORTS), eura, ZONE)
    assert [(what, external_id) for what, external_id, _ in trial.rows] == [
        ("new", "3"), ("new, and joins what another source told", "1"), ("new, and set aside", "2"),
    ]  # fmt: skip
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 1
        assert session.scalar(select(func.count()).select_from(Judgement)) == 0
    rights = Rights(sieve=Sieve(house.network, load_rules()))
    with house.database.writing() as session:
        answers = accept(session, eura.id, REPORTS, rights, ZONE)
    assert [answer.joined for answer in answers] == [True, False, False]
    with house.database.reading() as session:
        states = Counter(session.scalars(select(Item.state)))
    assert states == {"published": 2, "aside": 1}
    again = try_out(house.database, lambda _: Shown(REPORTS), eura, ZONE)
    assert again.counts == {"unchanged": 3}


def test_what_needs_approval_joins_nothing(database: Database) -> None:
    tell(database, Report("other", call("AKKE-haku", identifier="AKKE-1")), name="council")
    with database.writing() as session:
        number = source(session, "eura").id
    said = [Report("1", call("AKKE-haku", identifier="AKKE-1"))]
    with database.reading() as session:
        assert foresee(session, number, said, Rights("after_approval"), ZONE) == ["accepted"]
        assert foresee(session, number, said, Rights(), ZONE) == ["joined"]
