"""What a list makes of people: destinations and subscriptions that follow, once, and nothing half done."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import event, func, select

from bot.network import Network
from bot.people.choices import choose
from bot.people.csv_file import ImportFault
from bot.people.enrolment import Enrolled, Person, enrol, enrol_all
from bot.store import metadata
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.destinations import Destination
from tests.counted import calls
from tests.unit.people.lists import ALICE, BOB, HEAD, a_file, contact, followed, take_in, ways


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables that people are made of."""
    names = ("contacts", "destinations", "subscriptions", "subscription_cities", "subscription_topics")
    with database.reading() as session:
        tables = [metadata.tables[name] for name in names]
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key))]
            for table in tables
        }


def test_a_list_makes_contacts_with_their_ways_and_what_they_follow(
    database: Database, network: Network, tmp_path: Path
) -> None:
    assert take_in(database, network, a_file(tmp_path, ALICE, BOB)) == Enrolled(2, 0, 0, 0)
    assert ways(database) == {"Alice": ["UALICE", "alice@example.org"], "Bob": ["bob@example.org"]}
    assert followed(database) == {"Alice": ("now", {"tampere"}, {"vesi"}), "Bob": ("weekly", {"oulu"}, set())}


def test_the_same_list_twice_changes_nothing(database: Database, network: Network, tmp_path: Path) -> None:
    path = a_file(tmp_path, ALICE, BOB)
    take_in(database, network, path)
    before = everything(database)
    assert take_in(database, network, path) == Enrolled(0, 0, 2, 0)
    assert everything(database) == before


def test_a_changed_row_changes_the_contact_and_leaves_the_others(
    database: Database, network: Network, tmp_path: Path
) -> None:
    take_in(database, network, a_file(tmp_path, ALICE, BOB))
    pseudonym = contact(database, "alice@example.org").pseudonym
    changed = 'Alice B,ALICE@example.org,UALICE,"oulu;turku",admin,en,Europe/Paris,"ruoka;vesi",daily,,'
    assert take_in(database, network, a_file(tmp_path, changed)) == Enrolled(0, 1, 0, 0)
    alice = contact(database, "alice@example.org")
    assert (alice.name, alice.email, alice.role, alice.language) == (
        "Alice B",
        "ALICE@example.org",
        "admin",
        "en",
    )
    assert alice.pseudonym == pseudonym
    assert followed(database) == {
        "Alice B": ("daily", {"oulu", "turku"}, {"ruoka", "vesi"}),
        "Bob": ("weekly", {"oulu"}, set()),
    }
    with database.reading() as session:
        assert set(session.scalars(select(Destination.languages).filter_by(contact_id=alice.id))) == {"en"}


def test_a_faulty_list_changes_nothing(database: Database, network: Network, tmp_path: Path) -> None:
    take_in(database, network, a_file(tmp_path, ALICE))
    before = everything(database)
    with pytest.raises(ImportFault):
        take_in(database, network, a_file(tmp_path, BOB, "Charlie,charlie,,,,,,,,,"))
    assert everything(database) == before


def test_a_list_that_breaks_off_in_the_database_changes_nothing(database: Database) -> None:
    people = [Person(f"Bob {number}", f"bob{number}@example.org") for number in range(1500)]
    lost = Person("Charlie", "charlie@example.org", cities=("atlantis",))
    before = everything(database)
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        database.write(lambda session: enrol_all(session, [*people, lost]))
    assert everything(database) == before


def test_a_list_without_a_column_leaves_what_we_know(
    database: Database, network: Network, tmp_path: Path
) -> None:
    take_in(database, network, a_file(tmp_path, ALICE, BOB))
    short = a_file(tmp_path, "Alice B,alice@example.org", "Charlie,charlie@example.org", head="name,email")
    assert take_in(database, network, short) == Enrolled(1, 1, 0, 0)
    assert followed(database)["Alice B"] == ("now", {"tampere"}, {"vesi"})
    assert ways(database)["Alice B"] == ["UALICE", "alice@example.org"]
    assert followed(database)["Charlie"] == ("now", set(), set())


def test_an_empty_city_or_slack_id_means_none_an_empty_rhythm_means_nothing_new(
    database: Database, network: Network, tmp_path: Path
) -> None:
    take_in(database, network, a_file(tmp_path, ALICE.replace(",now,", ",daily,")))
    take_in(database, network, a_file(tmp_path, "Alice,alice@example.org,,,,,,,,,"))
    assert followed(database) == {"Alice": ("daily", set(), set())}
    assert ways(database) == {"Alice": ["alice@example.org"]}


@pytest.mark.parametrize(
    ("slack", "channel", "told"),
    [
        ("UALICE", "", ["UALICE", "alice@example.org"]),
        ("UALICE", "slack", ["UALICE", "alice@example.org"]),
        ("UALICE", "email", ["alice@example.org", "UALICE"]),
        ("UALICE", "conversation-only", ["!", "UALICE", "alice@example.org"]),
        ("", "", ["alice@example.org"]),
        ("", "slack", ["alice@example.org"]),
        ("", "email", ["alice@example.org"]),
        ("", "conversation-only", ["!", "alice@example.org"]),
    ],
)
def test_a_direct_message_when_there_is_a_slack_identity_else_mail_unless_the_channel_says_otherwise(
    database: Database, network: Network, tmp_path: Path, slack: str, channel: str, told: list[str]
) -> None:
    line = f"Alice,alice@example.org,{slack},tampere,,,,,now,,{channel}"
    take_in(database, network, a_file(tmp_path, line))
    assert ways(database) == {"Alice": told}
    take_in(database, network, a_file(tmp_path, ALICE))
    assert ways(database) == {"Alice": ["UALICE", "alice@example.org"]}
    take_in(database, network, a_file(tmp_path, line))
    assert ways(database) == {"Alice": told}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        # Bob gets it, Alice is not in the list
        (
            ["Bob,bob@example.org,UALICE"],
            {"Alice": ["alice@example.org"], "Bob": ["UALICE", "bob@example.org"]},
        ),
        # Bob gets it, and Alice is in the list without one, before or after him
        (
            ["Alice,alice@example.org,", "Bob,bob@example.org,UALICE"],
            {"Alice": ["alice@example.org"], "Bob": ["UALICE", "bob@example.org"]},
        ),
        # they swap
        (
            ["Alice,alice@example.org,UBOB", "Bob,bob@example.org,UALICE"],
            {"Alice": ["UBOB", "alice@example.org"], "Bob": ["UALICE", "bob@example.org"]},
        ),
        # it goes round: Alice's to Bob, Bob's to Charlie
        (
            ["Bob,bob@example.org,UALICE", "Charlie,charlie@example.org,UBOB"],
            {
                "Alice": ["alice@example.org"],
                "Bob": ["UALICE", "bob@example.org"],
                "Charlie": ["UBOB", "charlie@example.org"],
            },
        ),
    ],
)
def test_a_slack_identity_moves_to_who_names_it_last(
    database: Database, network: Network, tmp_path: Path, lines: list[str], told: dict[str, list[str]]
) -> None:
    head = "name,email,slack_user_id"
    first = ["Alice,alice@example.org,UALICE", "Bob,bob@example.org,UBOB"]
    take_in(database, network, a_file(tmp_path, *first, head=head))
    take_in(database, network, a_file(tmp_path, *lines, head=head))
    assert ways(database) == told
    with database.reading() as session:  # what nobody has any more, and nothing was sent to, is gone
        assert session.scalar(select(func.count()).select_from(Destination)) == sum(map(len, told.values()))


def test_the_same_user_id_in_two_workspaces_is_two_people(
    database: Database, network: Network, tmp_path: Path
) -> None:
    lines = ("Alice,alice@example.org,U1,,,,,,,T1,", "Bob,bob@example.org,U1,,,,,,,T2,")
    take_in(database, network, a_file(tmp_path, *lines, head=HEAD))
    assert ways(database) == {"Alice": ["U1", "alice@example.org"], "Bob": ["U1", "bob@example.org"]}


def test_one_person_alone_is_made_and_changed_like_a_list_of_one(database: Database) -> None:
    with database.writing() as session:
        alice, new = enrol(session, Person("Alice", "alice@example.org", cities=("tampere",)))
        assert (alice.name, new) == ("Alice", True)
        again, new = enrol(session, Person("Alice B", "Alice@Example.org", cities=("oulu",)))
        assert (again is alice, again.name, new) == (True, "Alice B", False)
    assert followed(database) == {"Alice B": ("now", {"oulu"}, set())}


def test_thousands_of_rows_come_in_with_few_statements_and_each_costs_as_much_as_the_one_before(
    database: Database, network: Network, tmp_path: Path
) -> None:
    said: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *about: said.append(about[2]))

    def take(rows: range) -> tuple[int, int]:
        lines = [
            f'Bob {number},bob{number}@example.org,{f"U{number}" if number % 2 else ""},"tampere;oulu",,,,vesi,now,,'
            for number in rows
        ]
        path = a_file(tmp_path, *lines)
        said.clear()
        work = calls(lambda: take_in(database, network, path))
        return work, len(said)

    take(range(10))
    once, statements = take(range(1_000, 3_000))
    twice, more = take(range(3_000, 7_000))
    assert (statements < 200, more <= 2 * statements) == (True, True)
    assert twice <= 2.1 * once, "who is there already does not make others dearer"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 6_010


def test_who_stopped_all_messages_is_not_woken_by_a_list(
    database: Database, network: Network, tmp_path: Path
) -> None:
    path = a_file(tmp_path, ALICE, BOB)
    take_in(database, network, path)
    with database.writing() as session:
        alice = contact(database, "alice@example.org")
        choose(session, session.merge(alice), "203.0.113.9", rhythm="off")
    assert take_in(database, network, path) == Enrolled(0, 0, 2, 1)
    renamed = a_file(tmp_path, ALICE.replace("Alice", "Alice B"), BOB, name="renamed.csv")
    assert take_in(database, network, renamed) == Enrolled(0, 1, 1, 1)
    assert ways(database)["Alice B"][0] == "!"
    with database.writing() as session:  # their own word counts, and so does the list after it
        choose(session, session.merge(contact(database, "alice@example.org")), "203.0.113.9", rhythm="daily")
    assert take_in(database, network, path) == Enrolled(0, 1, 1, 0)
    assert followed(database)["Alice"][0] == "now"


def test_who_was_silenced_by_a_list_is_woken_by_a_list(
    database: Database, network: Network, tmp_path: Path
) -> None:
    take_in(database, network, a_file(tmp_path, ALICE.replace(",now,", ",off,")))
    assert ways(database)["Alice"][0] == "!"
    assert take_in(database, network, a_file(tmp_path, ALICE)) == Enrolled(0, 1, 0, 0)
    assert followed(database)["Alice"][0] == "now"


def test_two_imports_at_the_same_time_make_each_contact_once(
    database: Database, network: Network, tmp_path: Path
) -> None:
    lines = [f"Bob {number},bob{number}@example.org,U{number},tampere,,,,,,," for number in range(200)]
    path = a_file(tmp_path, *lines)
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: take_in(database, network, path), range(4)))
    assert sorted(each.new for each in done) == [0, 0, 0, 200]
    assert len(ways(database)) == 200
