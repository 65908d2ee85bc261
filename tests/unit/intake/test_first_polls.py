"""What came silently stays so while its source only polishes it; what matters is told as any news."""

from __future__ import annotations

from typing import Any

from bot.contracts import Report
from bot.intake import decisions
from bot.intake.accept import Rights
from bot.intake.relevance import first_polls
from bot.network import Network
from bot.store.db import Database
from tests.factories import ZONE, deliveries, details, person, plan, tell

SILENTLY = Rights(tell=False)
CALLS = 12


def said(at: int, **more: Any) -> Report:
    """One of the calls, each a thing of its own."""
    stated = {"title": {"fi": f"Haku {at}"}, "body": {"fi": "Vanha"}, "identifier": f"X-{at}-2026"}
    return Report(f"call-{at}", details(**{**stated, **more}))


def notices(database: Database, network: Network) -> list[int | None]:
    plan(database, network)
    return [
        row.item_id for row in deliveries(database) if row.purpose == "notice" and row.state != "cancelled"
    ]


def first_look(database: Database, network: Network, *, leave: bool) -> None:
    with database.writing() as session:
        person(session, "Alice")
    tell(database, *map(said, range(CALLS)), rights=SILENTLY)
    assert notices(database, network) == []
    if leave:
        with database.writing() as session:
            every = [item.id for item, _ in first_polls.untold(session)]
            assert first_polls.leave(session, every, "Bob") == CALLS


def offered(database: Database) -> int:
    with database.reading() as session:
        return len(first_polls.untold(session))


def test_a_full_stop_in_calls_that_were_left_untold_is_told_to_nobody(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    for words in ("Vanha.", "Vanha!"):
        tell(database, *(said(at, body={"fi": words}) for at in range(CALLS)))
        assert notices(database, network) == []
        assert offered(database) == 0


def test_what_nobody_has_chosen_yet_stays_offered_when_it_is_polished(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=False)
    tell(database, said(0, body={"fi": "Vanha."}))
    assert (notices(database, network), offered(database)) == ([], CALLS)
    with database.writing() as session:
        assert first_polls.choose(session, {1}, "Bob") == 1
    tell(database, said(0, body={"fi": "Uusi"}), said(1, body={"fi": "Uusi"}))  # before it was planned
    assert (notices(database, network), offered(database)) == ([1], CALLS - 1)


def test_another_deadline_of_what_was_left_untold_is_news(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    tell(database, said(3, closes_at="2027-03-01"), said(4, body={"fi": "Vanha."}))
    assert notices(database, network) == [4]
    tell(database, said(3, closes_at="2027-03-01", body={"fi": "Vanha."}))  # told once
    assert notices(database, network) == [4]


def test_what_a_source_drops_and_brings_back_as_it_was_stays_quiet(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    for _ in range(2):
        tell(database, Report("call-5", None), Report("call-6", None))
        tell(database, said(5), said(6, closes_at="2027-01-15T16:15:00+02:00"))
    assert notices(database, network) == []
    tell(database, Report("call-5", None))
    tell(database, said(5, closes_at="2027-04-01"))  # opened again
    assert notices(database, network) == [6]


def test_a_second_silent_look_offers_nothing_anew_that_was_left(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    tell(database, said(7, body={"fi": "Vanha."}), said(8, closes_at="2027-05-01"), rights=SILENTLY)
    assert notices(database, network) == []
    assert offered(database) == 1  # the one with another deadline


def test_joining_and_parting_what_nobody_was_told_tells_nobody(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    tell(database, said(9, title={"fi": "Hakuaika"}, identifier=None), rights=SILENTLY, name="city")
    with database.writing() as session:
        kept = decisions.same(session, CALLS + 1, 10, ZONE, "Bob")
    assert (kept, notices(database, network)) == (10, [])
    with database.writing() as session:
        assert decisions.part(session, CALLS + 1, 10, ZONE, "Bob") == CALLS + 1
    assert notices(database, network) == []


def test_another_sources_news_of_what_came_silently_is_news(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=False)
    (answer,) = tell(database, said(2, url="https://tampere.example.org/haku"), name="city")
    assert answer.joined
    assert notices(database, network) == [3]


def test_what_two_sources_brought_silently_is_offered_and_counted_once(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=False)
    again = said(0, amount_eur=1_000_000), said(1, amount_eur=1_000_000)
    tell(database, *again, rights=SILENTLY, name="city")
    plan(database, network)
    with database.writing() as session:
        found = first_polls.untold(session)
        assert [item.id for item, _ in found] == list(range(CALLS, 0, -1))
        assert {source for _, source in found} == {"paper"}
        assert first_polls.choose(session, {1, 2}, "Bob") == 2
    assert notices(database, network) == [1, 2]


def test_what_an_import_changes_of_what_nobody_was_told_stays_quiet(
    database: Database, network: Network, frozen: object
) -> None:
    first_look(database, network, leave=True)
    quietly = Rights(tell=False, corrects=False)
    tell(database, said(0, body={"fi": "Vanha."}), said(1, closes_at="2027-05-01"), rights=quietly)
    tell(database, said(0, body={"fi": "Vanha!"}), said(1, closes_at="2027-05-01", body={"fi": "Vanha."}))
    assert notices(database, network) == []
