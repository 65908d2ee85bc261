"""The same call told by EURA, rakennerahastot.fi, haeavustuksia.fi and a city's feed: one notice with four links."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import permutations
from threading import Barrier

import pytest
from sqlalchemy import select

from bot.contracts import Cursor, Fetched
from bot.intake.accept import Rights, accept
from bot.intake.poll import Polled, fetch, poll_named
from bot.intake.relevance import Sieve, rules
from bot.people.enrolment import Person
from bot.store.sources import Source
from tests.journeys.four_sources import KINDS, FourSites, four_sites, links_of, watch
from tests.town import TAMPERE, OpenTown, Town, text_of

ALICE = "alice@example.org"


@pytest.fixture
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[FourSites]:
    monkeypatch.setenv("no_proxy", "*")
    with four_sites() as sites:
        yield sites


@pytest.fixture
def town(open_town: OpenTown, sites: FourSites) -> Town:
    """A town that reads the four, and where Dora coordinates."""
    town = open_town(fetch_allow_private=sites.places)
    town.enrol(Person("Dora", "dora@example.org", role="coordinator", language="en"))
    watch(town, sites)
    return town


def ask(town: Town, kind: str) -> Polled:
    polled = town.steps.poll_named(kind)
    assert (polled.fault, polled.faults) == (None, ())
    return polled


def told(town: Town) -> list[str]:
    """What Alice's mails are about."""
    return [str(mail["Subject"]) for mail in town.mails(ALICE)]


@pytest.mark.parametrize("order", [KINDS, KINDS[::-1]], ids=lambda order: order[0])
def test_one_notice_with_four_links(town: Town, sites: FourSites, order: tuple[str, ...]) -> None:
    for at, kind in enumerate(order):
        assert (ask(town, kind).new, at) in {(1, 0), (0, at)}
        town.settle()
    assert len(told(town)) == len(town.posts(TAMPERE)) == 1
    shown = json.dumps(town.posts(TAMPERE)[0].blocks)
    page = town.client.get("/items/1").text
    for link in links_of(sites).values():
        assert link in shown
        assert link in page
    assert "Told by 4 sources" in page
    town.hand.advance(days=1)
    for kind in KINDS:
        assert (ask(town, kind).new, ask(town, kind).changed) == (0, 0)
    town.settle()
    assert len(told(town)) == 1


class Undone(Exception):
    """What was tried is taken back."""


@dataclass(frozen=True)
class AtOnce:
    """A source that gives what was read before, when all the others do."""

    said: Fetched
    gate: Barrier

    def fetch(self, since: Cursor) -> Fetched:
        self.gate.wait()
        return self.said


def read(town: Town) -> dict[str, tuple[Source, Fetched]]:
    """What each source says, read from its site and not taken in."""

    with town.house.database.reading() as session:
        rows = session.scalars(select(Source).where(Source.name.in_(KINDS))).all()
    said = {row.name: (row, fetch(town.steps.open_source, row)) for row in rows}
    assert all(isinstance(each, Fetched) and len(each.reports) == 1 for _, each in said.values()), said
    return said  # type: ignore[return-value]


def test_in_each_order_of_arrival_it_is_one_item(town: Town) -> None:
    said, zone, sieve = read(town), town.house.settings.zone, Sieve(town.house.network, rules())
    came: Counter[tuple[int, ...]] = Counter()
    for order in permutations(KINDS):
        with suppress(Undone), town.house.database.writing() as session:
            items = [
                accept(session, row.id, each.reports, Rights(sieve=sieve if row.sifted else None), zone)[
                    0
                ].item_id
                for row, each in (said[kind] for kind in order)
            ]
            came[tuple(item - items[0] for item in items if item and items[0])] += 1
            raise Undone
    assert came == {(0, 0, 0, 0): 24}


def test_four_polls_at_the_same_moment_make_one_item(town: Town, sites: FourSites) -> None:
    said, gate = read(town), Barrier(4)

    def poll(kind: str) -> Polled:
        house = town.house
        source = AtOnce(said[kind][1], gate)
        return poll_named(house.database, lambda _: source, kind, kind, house.settings.zone)

    with ThreadPoolExecutor(4) as threads:
        polled = list(threads.map(poll, KINDS))
    assert sorted((each.new, each.joined) for each in polled) == [(0, 1), (0, 1), (0, 1), (1, 0)]
    town.settle()
    town.hand.advance(minutes=15)
    town.settle()
    assert len(told(town)) == len(town.posts(TAMPERE)) == 1
    shown = json.dumps(town.posts(TAMPERE)[0].blocks)
    assert all(link in shown for link in links_of(sites).values())


def test_what_one_source_states_otherwise_is_told_once_beside_the_others(
    town: Town, sites: FourSites
) -> None:
    for kind in KINDS:
        ask(town, kind)
    town.settle()
    sites.say_haeavustuksia(closes="2027-02-14T21:59:00Z")
    sites.say_rakennerahastot(euros="700 000")
    for kind in ("haeavustuksia", "rakennerahastot"):
        assert ask(town, kind).changed == 1
    town.settle()
    town.hand.advance(minutes=15)
    town.settle()
    assert len(told(town)) == 2
    correction = " ".join(text_of(town.mails(ALICE)[-1]).split())
    assert "31. tammikuuta 2027 (eura)" in correction
    assert "14. helmikuuta 2027 (haeavustuksia)" in correction


def renamed(sites: FourSites, kind: str) -> None:
    """The source gives the call another id, and says the same of it."""
    {
        "eura": lambda: sites.say_eura(ident="0a4f9d9e-55b1-4c3d-9a53-3f1f7e8f1a11"),
        "haeavustuksia": lambda: sites.say_haeavustuksia(number="PIR 2027-12"),
        "feed": lambda: sites.say_feed(ident="m-2"),
    }[kind]()


@pytest.mark.parametrize("kind", ["eura", "haeavustuksia", "feed"])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "of four"])
def test_an_id_that_changed_while_the_call_did_not_is_told_nobody(
    town: Town, sites: FourSites, kind: str, alone: bool
) -> None:
    for each in (kind,) if alone else KINDS:
        ask(town, each)
    town.settle()
    renamed(sites, kind)
    again = ask(town, kind)
    town.settle()
    town.hand.advance(minutes=15)
    town.settle()
    assert (again.new, again.joined) == (0, 0)
    later = ask(town, kind)
    assert (later.new, later.changed, later.joined) == (0, 0, 0)
    assert town.client.get("/items/2").status_code == 404
    assert len(told(town)) == len(town.posts(TAMPERE)) == 1


@pytest.mark.parametrize("kind", ["eura", "haeavustuksia", "feed"])
def test_a_title_that_changed_while_the_id_did_not_is_a_revision(
    town: Town, sites: FourSites, kind: str
) -> None:
    ask(town, kind)
    town.settle()
    getattr(sites, f"say_{kind}")(title="Innokaupungit: ilmastotoimien haku Tampereella")
    assert (ask(town, kind).changed, kind) == (1, kind)
    town.settle()
    town.hand.advance(minutes=15)
    town.settle()
    assert [subject.partition(":")[0] for subject in told(town)] == ["Rahoitushaku", "Muuttunut"]
    assert "ilmastotoimien" in town.client.get("/items/1").text
