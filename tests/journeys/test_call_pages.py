"""Pages of calls through the whole house: what a poll brings, and what the next one changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.app import House
from bot.intake.poll import Polled
from bot.intake.trial import try_out
from bot.store.items import Item
from bot.store.sources import Source
from tests.fakes.call_sites import FakeSedia
from tests.fakes.rakennerahastot import FakeRakennerahastot
from tests.integrations.sedia.test_sedia import row

pytestmark = pytest.mark.usefixtures("frozen")

TEXT = "<p>EAKR-haku on auki 1.12.2026–{}. Rahoitusta on haettavissa {} euroa.</p>"
SWEDISH = "<p>Ansökan är öppen 1.12.2026–15.1.2027. Det finns 1,4 miljoner euro att söka.</p>"


def poll(house: House, name: str) -> Polled:
    steps = house.steps("once")
    polled = steps.poll_named(name)
    steps.lanes.journal.close()
    return polled


def add(house: House, kind: str, **options: Any) -> None:
    with house.database.writing() as session:
        session.add(
            Source(
                name=kind, kind=kind, options=options, cursor={}, first_poll="announce", defaults={"kind": "call"},
                next_at=clock.now(), created_at=clock.now(),
            )
        )  # fmt: skip


def test_a_call_in_two_languages_is_one_item_that_is_corrected(
    open_test_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with FakeRakennerahastot() as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        versions = {"fi": "/-/haku", "sv": "/sv/-/utlysning"}
        site.notice("haku", "Haku avoinna Lahdessa", TEXT.format("15.1.2027", "730 000"), versions=versions)
        site.notice("utlysning", "Utlysning i Lahtis", SWEDISH, language="sv", tag="", versions=versions)
        site.cards("/hakuajat", "/-/haku")
        add(house, "rakennerahastot", site=site.url("/"))
        first = poll(house, "rakennerahastot")
        assert (first.new, first.fault, first.faults) == (1, None, ())
        again = poll(house, "rakennerahastot")
        assert (again.new, again.changed, again.unchanged, again.fault) == (0, 0, 0, None)
        site.notice("haku", "Haku avoinna Lahdessa", TEXT.format("29.1.2027", "730 000"), versions=versions)
        changed = poll(house, "rakennerahastot")
        assert (changed.new, changed.changed) == (0, 1)
    with house.database.reading() as session:
        said = session.scalars(select(Item)).one().content()
    assert said.title == {"fi": "Haku avoinna Lahdessa", "sv": "Utlysning i Lahtis"}
    assert said.amount_eur is None
    assert [(each.language, each.value) for each in said.figures] == [("fi", 730_000), ("sv", 1_400_000)]
    assert said.closes_at
    assert said.closes_at.isoformat() == "2027-01-29"


def test_a_page_that_is_edited_is_one_item_with_a_readable_difference(
    open_test_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with FakeRakennerahastot() as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        site.notice("eakr", "Haku", TEXT.format("15.1.2027", "730 000"))
        add(house, "page_watch", url=site.url("/-/eakr"), text=".journal-content-article")
        assert poll(house, "page_watch").new == 1
        site.notice(
            "eakr", "Haku", TEXT.format("15.1.2027", "900 000"), stamp="Julkaisuajankohta 1.12.2026 9.00"
        )
        assert poll(house, "page_watch").changed == 1
    with house.database.reading() as session:
        body = session.scalars(select(Item)).one().content().body["fi"]
    assert body.index("730 000") < body.index("**900**") < body.index("Sivu nyt")


def test_a_page_that_another_stands_in_for_is_a_fault_until_it_stays(
    open_test_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    more = "".join(f"<p>Innokaupunkien haku, kohta {number}.</p>" for number in range(12))
    with FakeRakennerahastot() as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        add(house, "page_watch", url=site.url("/-/eakr"), text=".journal-content-article")
        seen = []
        for text in ("haku", "poissa", "haku", "poissa", "poissa"):
            site.notice("eakr", *{"haku": ("Haku", TEXT.format("15.1.2027", "730 000") + more),
                                  "poissa": ("Poissa", "<p>Sivu on nyt muualla.</p>" * 9)}[text])  # fmt: skip
            polled = poll(house, "page_watch")
            seen.append((polled.new, polled.changed, bool(polled.fault)))
    assert seen == [(1, 0, False), (0, 0, True), (0, 0, False), (0, 0, True), (0, 1, False)]


def test_a_dry_run_knows_the_page_whose_deadline_has_moved(
    open_test_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with FakeRakennerahastot() as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        add(house, "page_watch", url=site.url("/-/eakr"), text=".journal-content-article")

        def foreseen() -> dict[str, int]:
            with house.database.reading() as session:
                source = session.scalars(select(Source).where(Source.name == "page_watch")).one()
            return dict(try_out(house.database, house.open_source, source, "Europe/Helsinki").counts)

        found = []
        for day in ("15.1.2027", "29.1.2027"):
            site.notice("eakr", "Haku", TEXT.format(day, "730 000"))
            found.append(foreseen())
            poll(house, "page_watch")
            found.append(foreseen())
    assert found == [{"new": 1}, {"unchanged": 1}, {"changed": 1}, {"unchanged": 1}]


def test_a_topic_whose_row_has_another_id_or_title_is_the_same_call(
    open_test_house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    with FakeSedia([row()]) as site:
        house = open_test_house(fetch_allow_private=frozenset({site.place}))
        add(house, "sedia", site=site.url)
        assert poll(house, "sedia").new == 1
        site.results = [row() | {"reference": "another-id"}]
        again = poll(house, "sedia")
        assert (again.new, again.changed, again.fault) == (0, 0, None)
        site.results = [row(title="Climate-neutral cities together")]
        changed = poll(house, "sedia")
        assert (changed.new, changed.changed) == (0, 1)
    with house.database.reading() as session:
        item = session.scalars(select(Item)).one()
    assert (item.revision, item.content().title) == (2, {"en": "Climate-neutral cities together"})
