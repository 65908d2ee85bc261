"""Reports come in: new, the same, changed, withdrawn, twice, at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.contracts import Accepted, Report
from bot.intake.fingerprint import fingerprint
from bot.intake.gather import Gatherer
from bot.intake.inbox import SourceInbox
from bot.network import Network
from bot.store.db import Database
from bot.store.items import Item, ItemCity, Revision
from tests.factories import ZONE, deliveries, details, person, plan, source, tell


def verdicts(answers: list[Accepted]) -> list[str]:
    return [answer.verdict for answer in answers]


def test_a_report_is_new_once_then_a_duplicate_then_an_update(database: Database) -> None:
    assert verdicts(tell(database, Report("a", details()))) == ["accepted"]
    assert verdicts(tell(database, Report("a", details()))) == ["duplicate"]
    assert verdicts(tell(database, Report("a", details(amount_eur=5)))) == ["updated"]


def test_the_publishing_date_alone_is_no_change(database: Database) -> None:
    tell(database, Report("a", details(published_at="2026-11-01")))
    assert verdicts(tell(database, Report("a", details(published_at="2026-11-02")))) == ["duplicate"]


def test_the_order_of_languages_is_no_change(database: Database) -> None:
    tell(database, Report("a", details(title={"fi": "Haku", "en": "Call"})))
    assert verdicts(tell(database, Report("a", details(title={"en": "Call", "fi": "Haku"})))) == ["duplicate"]


def test_what_was_taken_in_before_calls_had_stages_and_figures_is_still_the_same() -> None:
    # As the first version wrote it: an upgrade must not make every known report an update.
    first = "c8de7ecd32e9cd687fc76ca9e13be3e999dfd6cd7da561fd60c352eeccc372c7"
    assert fingerprint(details(cities=("turku", "tampere"), amount_eur=5)) == first


@pytest.mark.parametrize(
    "more",
    [
        {"cutoffs": ["2026-12-10"]},
        {"second_stage_at": "2027-06-01"},
        {"briefing_at": "2026-12-01"},
        {"continuous": True},
        {"may_close_early": True},
        {"councils": ["pirkanmaan-liitto"]},
        {"objectives": ["1.1"]},
        {"contact_role": "adviser"},
        {"links": [{"url": "https://example.org/sv", "language": "sv"}]},
        {"figures": [{"name": "amount_eur", "value": 5, "language": "sv"}]},
        {"closes_at": "2027-01-15"},
    ],
)
def test_each_thing_a_call_has_makes_it_another_one(database: Database, more: dict[str, Any]) -> None:
    tell(database, Report("a", details()))
    assert verdicts(tell(database, Report("a", details(**more)))) == ["updated"]
    assert verdicts(tell(database, Report("a", details(**more)))) == ["duplicate"]


def test_one_title_with_three_deadlines_on_one_page_are_three_calls(database: Database) -> None:
    rows = [
        Report(f"https://example.org/plan#{day}", details(closes_at=day, url="https://example.org/plan"))
        for day in ("2027-01-15", "2027-06-30", "2028-03-15")
    ]
    assert verdicts(tell(database, *rows)) == ["accepted"] * 3
    moved = Report(rows[0].external_id, details(closes_at="2027-01-29", url="https://example.org/plan"))
    assert verdicts(tell(database, moved, *rows[1:])) == ["updated", "duplicate", "duplicate"]


def test_a_source_that_says_another_state_than_its_dates_is_logged_and_its_dates_count(
    database: Database, frozen: object
) -> None:
    with capture_logs() as logged:
        tell(database, Report("a", details(stated_state="open")))
        assert logged == []
        # What only the source says of the state is no news for readers.
        assert verdicts(tell(database, Report("a", details(stated_state="closed")))) == ["duplicate"]
    [line] = logged
    assert (line["event"], line["external_id"]) == ("state_disagrees", "a")
    assert (line["stated"], line["dates"]) == ("closed", "open")


@pytest.mark.parametrize(
    "more", [{"closes_at": "2026-11-23"}, {"closes_at": None, "cutoffs": ["2026-11-01"]}]
)
def test_a_call_that_is_over_becomes_an_item_and_nobody_hears_of_it(
    database: Database, network: Network, frozen: object, more: dict[str, Any]
) -> None:
    with database.writing() as session:
        person(session)
    tell(database, Report("a", details(**more)))
    plan(database, network)
    assert deliveries(database, "queued", "held", "sent") == []
    with database.reading() as session:
        assert session.scalars(select(Item.closes_at)).one() is not None


def test_a_call_that_closes_before_it_opens_is_taken_in_and_nobody_hears_of_it(
    database: Database, network: Network, frozen: object
) -> None:
    with database.writing() as session:
        person(session)
    said = details(opens_at="2026-12-01", closes_at="2026-11-01")
    assert verdicts(tell(database, Report("a", said))) == ["accepted"]
    plan(database, network)
    assert deliveries(database, "queued", "held", "sent") == []


def test_an_update_of_an_unknown_id_is_accepted_and_its_withdrawal_is_unknown(database: Database) -> None:
    assert verdicts(tell(database, Report("new", details()))) == ["accepted"]
    assert tell(database, Report("nobody", None)) == [Accepted("unknown", None)]


def test_a_withdrawn_one_said_again_is_an_update_with_every_revision_kept(database: Database) -> None:
    for said in (details(), None, None, details()):
        tell(database, Report("a", said))
    with database.reading() as session:
        kept = session.execute(select(Revision.revision, Revision.details).order_by(Revision.revision)).all()
        item = session.get_one(Item, 1)
    assert [(number, content is not None) for number, content in kept] == [(1, True), (2, False), (3, True)]
    assert (item.state, item.revision) == ("published", 3)


def test_the_same_id_of_two_sources_is_two_items(database: Database) -> None:
    first = tell(database, Report("a", details()), name="paper")
    second = tell(database, Report("a", details(title={"fi": "Aivan muu"})), name="gazette")
    assert first[0].item_id != second[0].item_id


def test_an_id_that_comes_three_times_in_one_call_is_taken_in_its_order(database: Database) -> None:
    answers = tell(
        database, Report("a", details()), Report("b", details()), Report("a", details()), Report("a", None)
    )
    assert verdicts(answers) == ["accepted", "accepted", "duplicate", "withdrawn"]
    assert answers[0].item_id == answers[2].item_id == answers[3].item_id


def test_an_update_replaces_the_data_whole(database: Database) -> None:
    tell(database, Report("a", details(fund="EAKR", cities=("tampere", "oulu"))))
    tell(database, Report("a", details(cities=("pori",))))
    with database.reading() as session:
        assert session.get_one(Item, 1).content().fund is None
        assert session.scalars(select(ItemCity.city)).all() == ["pori"]


@pytest.mark.parametrize("title", ["<script>", "<!channel>", "\u202etxet", "🎉" * 400, "a\u0301"])
def test_hostile_text_is_kept_as_it_is(database: Database, title: str) -> None:
    tell(database, details(title={"fi": title}))
    with database.reading() as session:
        assert session.get_one(Item, 1).content().title == {"fi": title}


def inbox(database: Database, network: Network) -> SourceInbox:
    with database.writing() as session:
        row = source(session)
    return SourceInbox(database, network, row, ZONE)


def test_a_receipt_seen_before_does_nothing_whatever_the_body_says(
    database: Database, network: Network
) -> None:
    box = inbox(database, network)
    assert box.accept([Report("a", details())], receipt="msg_1") == [Accepted("accepted", 1)]
    assert box.accept([Report("a", details(amount_eur=9))], receipt="msg_1") == [Accepted("duplicate", 1)]
    with database.reading() as session:
        assert session.get_one(Item, 1).revision == 1


def test_an_unknown_withdrawal_may_come_again_under_the_same_receipt(
    database: Database, network: Network
) -> None:
    box = inbox(database, network)
    assert box.accept([Report("a", None)], receipt="msg_1") == [Accepted("unknown", None)]
    box.accept([Report("a", details())], receipt="msg_2")
    assert box.accept([Report("a", None)], receipt="msg_1") == [Accepted("withdrawn", 1)]


def test_callers_at_the_same_time_each_get_their_own_answer(database: Database, network: Network) -> None:
    box = inbox(database, network)
    gate, answers = threading.Barrier(24), {}

    def bring(number: int) -> None:
        gate.wait()
        # Every third brings the same receipt and report as the one before it.
        one = number - 1 if number % 3 == 2 else number
        answers[number] = box.accept([Report(f"id-{one}", details(amount_eur=one))], receipt=f"msg_{one}")[0]

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pairs = [(answers[number - 1], answers[number]) for number in range(2, 24, 3)]
    assert all(one.item_id == two.item_id for one, two in pairs)
    assert all({one.verdict, two.verdict} == {"accepted", "duplicate"} for one, two in pairs)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 16


def test_two_updates_that_race_are_both_revisions(database: Database, network: Network) -> None:
    box, other = inbox(database, network), None
    with database.reading() as session:
        from bot.store.sources import source_named

        other = SourceInbox(database, network, source_named(session, "paper"), ZONE)
    box.accept([Report("a", details())])
    gate, answers = threading.Barrier(2), []

    def change(box: SourceInbox, amount: int) -> None:
        gate.wait()
        answers.append(box.accept([Report("a", details(amount_eur=amount))])[0].verdict)

    threads = [threading.Thread(target=change, args=pair) for pair in ((box, 1), (other, 2))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["updated", "updated"]
    with database.reading() as session:
        assert session.get_one(Item, 1).revision == 3


def test_one_bad_request_does_not_fail_its_neighbours(database: Database, network: Network) -> None:
    box = inbox(database, network)
    gate, answers = threading.Barrier(6), {}

    def bring(number: int) -> None:
        gate.wait()
        city = ("atlantis",) if number == 0 else ("tampere",)
        try:
            answers[number] = box.accept([Report(f"id-{number}", details(cities=city))])[0].verdict
        except Exception as fault:
            answers[number] = type(fault).__name__

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == "IntegrityError"
    assert [answers[number] for number in range(1, 6)] == ["accepted"] * 5


def test_a_database_that_is_away_is_away_for_all_who_came_together_at_once() -> None:
    tries, gate = [], threading.Event()

    def write(batch: Sequence[int]) -> Sequence[int]:
        tries.append(len(batch))
        gate.wait(5)
        raise OperationalError("INSERT", {}, Exception("database is locked"))

    gatherer: Gatherer[int, int] = Gatherer(write)
    faults: list[str] = []

    def bring(number: int) -> None:
        try:
            gatherer.submit(number)
        except OperationalError as fault:
            faults.append(str(fault.orig))

    threads = [threading.Thread(target=bring, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    while len(gatherer._queue) < 7:
        threads[0].join(0.01)
    gate.set()
    for thread in threads:
        thread.join()
    assert (tries, faults) == ([1, 7], ["database is locked"] * 8)
