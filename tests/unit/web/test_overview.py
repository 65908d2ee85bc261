"""`/`: what is going on, and what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import clock
from bot.app import House
from bot.delivery.settlement import NEVER
from bot.intake.accept import Rights
from bot.intake.relevance import Sieve, load_rules
from bot.store.deliveries import Delivery
from bot.store.destinations import Destination
from bot.store.sources import Source
from bot.store.watch import SourceTrouble
from bot.store.workplace import Account, WorkerRow
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.web.browser import Browser, seen


@pytest.fixture
def told(house: House, frozen: FrozenClock) -> House:
    """A house where Alice hears at once and Bob in the daily digest, and a call has come in."""
    with house.database.writing() as session:
        factories.person(session, "Alice")
        factories.person(session, "Bob", rhythm="daily")
    factories.tell(house.database, factories.details(title={"fi": "Tampereen haku"}))
    factories.plan(house.database, house.network)
    return house


def at_work(session: Session) -> None:
    now = clock.real_now()
    session.add(WorkerRow(id="one", kind="separate", host="here", pid=1, started_at=now, seen_at=now))


def test_an_empty_house_says_what_to_do_first(browser: Browser) -> None:
    words = seen(browser.get("/"))
    assert "python -m bot contacts import" in words
    assert "python -m bot sources add feed" in words


def test_items_deliveries_and_counts_are_shown(told: House, browser: Browser) -> None:
    words = seen(browser.get("/"))
    assert "Funding call Tue 24 Nov, 12:00 Tampereen haku Tampere 2 waiting" in words
    assert "1 Held" in words
    assert "1 Queued" in words
    assert "Queued Alice · Email due Tue 24 Nov, 12:00" in words
    assert "Held Bob · Email waits for the daily digest" in words


def test_the_delivery_mode_is_said_in_a_sentence(
    open_test_house: Callable[..., House], subtests: pytest.Subtests
) -> None:
    rows: list[tuple[dict[str, object], str]] = [
        ({}, "Preview mode: nothing leaves."),
        (
            {"delivery_mode": "allowlist", "send_only_to": frozenset({"a@example.org"})},
            "only 1 address named in",
        ),
        ({"delivery_mode": "live"}, "Live mode: messages go out to everyone they fit."),
    ]
    for settings, sentence in rows:
        with subtests.test(sentence):
            assert sentence in seen(Browser.of(build(open_test_house(**settings))).get("/items"))


def test_a_rehearsal_is_announced_on_every_page(open_test_house: Callable[..., House]) -> None:
    house = open_test_house(clock_start=datetime(2027, 1, 14, 7, 0, tzinfo=UTC))
    browser = Browser.of(build(house))
    for path in ("/", "/items", "/deliveries", "/preview", "/m/nobody", "/nowhere"):
        assert "Rehearsal: it is Thursday 14 January 2027, 09:0" in seen(browser.get(path)), path


def test_without_a_fault_all_is_well(told: House, browser: Browser) -> None:
    assert "No worker is at work" in seen(browser.get("/"))
    with told.database.writing() as session:
        at_work(session)
    assert "All is well" in seen(browser.get("/"))


def stop_slack(session: Session) -> None:
    until = clock.now() + timedelta(minutes=4)
    session.add(
        Account(sender="slack", filled_at=clock.now(), blocked_until=until, fault="the token was revoked")
    )


def doubt(age: timedelta) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(update(Delivery).values(state="doubtful", started_at=clock.now() - age))

    return work


def fail(age: timedelta) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(update(Delivery).values(state="failed", settled_at=clock.now() - age))

    return work


def pause(until: datetime) -> Callable[[Session], None]:
    def work(session: Session) -> None:
        session.execute(
            update(Destination)
            .where(Destination.address_key == "alice@example.org")
            .values(paused_until=until, fault="mailbox unknown")
        )

    return work


def silence(session: Session) -> None:
    session.execute(
        update(Source).where(Source.name == "paper").values(fault="the server answers 500", failures=2)
    )


FAULTS: list[tuple[Callable[[Session], None], str]] = [
    (stop_slack, "Slack is stopped The token was revoked."),
    (doubt(timedelta(minutes=2)), "2 deliveries are in doubt"),
    (fail(timedelta(days=6)), "2 deliveries failed in the last 7 days"),
    (pause(NEVER), "Alice takes nothing over Email Mailbox unknown. Put the address right"),
    (pause(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)), "Mailbox unknown. Rests until Tue 24 Nov, 18:00"),
    (silence, "paper cannot be read The server answers 500. Ask it once by hand"),
]


def test_what_is_wrong_comes_first_with_its_remedy(
    told: House, browser: Browser, subtests: pytest.Subtests
) -> None:
    with told.database.writing() as session:
        at_work(session)
    for spoil, words in FAULTS:
        with subtests.test(words):
            with told.database.writing() as session:
                spoil(session)
            page = seen(browser.get("/"))
            assert words in page
            assert page.index(words) < page.index("Last items")
            assert "All is well" not in page


def test_young_doubts_and_old_failures_are_no_faults(told: House, browser: Browser) -> None:
    with told.database.writing() as session:
        at_work(session)
    for harmless in (doubt(timedelta(seconds=30)), fail(timedelta(days=8))):
        with told.database.writing() as session:
            harmless(session)
        assert "All is well" in seen(browser.get("/"))


def test_more_paused_destinations_than_fit_are_counted(told: House, browser: Browser) -> None:
    with told.database.writing() as session:
        for number in range(12):
            factories.person(session, f"Charlie{number}")
        session.flush()
        session.execute(update(Destination).values(paused_until=NEVER, fault="gone"))
    assert "4 more destinations are paused" in seen(browser.get("/"))


def test_a_webhook_that_nobody_could_use_says_why(told: House, browser: Browser) -> None:
    assert "WEBHOOK_SECRET is not set" in seen(browser.get("/"))


def test_what_sources_need_stands_there_and_leads_on(house: House, browser: Browser) -> None:
    """What was set aside, what a first look brought, and how long a silent source has been silent by now."""
    sieve = Rights(sieve=Sieve(house.network, load_rules()))
    factories.tell(house.database, factories.details(title={"fi": "AKKE-haku"}), rights=sieve, name="eura")
    factories.tell(
        house.database, factories.details(title={"fi": "Kalastus"}, topics=()), rights=sieve, name="fish"
    )
    factories.tell(house.database, factories.details(), rights=Rights(tell=False), name="new")
    now = clock.now()
    with house.database.writing() as session:
        quiet = factories.source(
            session,
            "quiet",
            kind="feed",
            usual_gap=4 * 86_400,
            brought_at=now - timedelta(days=30),
            next_at=now,
        )
        noted = {
            "said": "nothing for 12 days; usually something every 4 days",
            "began_at": now - timedelta(days=18),
        }
        session.add(SourceTrouble(source_id=quiet.id, kind="silence", **noted))
    words = seen(browser.get("/"))
    assert "In the last 7 days 1 entry of a source was set aside" in words
    assert "1 item came silently with the first look at a source." in words
    assert "Nothing for 30 days; usually something every 4 days. Look at its page" in words
    assert "nothing for 12 days" not in words
    assert "Nothing for 30 days; usually something every 4 days." in seen(browser.get("/sources/quiet"))
