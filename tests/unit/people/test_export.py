"""Contacts out again, and all that is known of one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bot.network import Network
from bot.people.answers import answer
from bot.people.choices import choose
from bot.people.enrolment import Enrolled, Person, enrol_all
from bot.people.erasure import erase
from bot.people.export import everything_about, export_contacts
from bot.people.import_csv import read_people
from bot.people.mutes import mute
from bot.store.contacts import contact_by_email
from bot.store.db import Database
from tests.factories import details, person, plan, tell
from tests.unit.people.lists import HEAD, take_in

PEOPLE = [
    Person("Alice", "alice@example.org"),
    Person(
        "Bob; \"the builder\", Åström", "Bob+x@Example.org", ("tampere", "oulu"), "admin", "sv", "Europe/Stockholm",
        ("vesi", "ruoka"), "weekly", "conversation-only", "UBOB", "T1",
    ),
    Person("=HYPERLINK(\"http://evil.example\")", "=1+1@example.org", channel="email", slack_user_id="UEVIL"),
    Person("'=already quoted", "'@home@example.org".replace("@home", "home"), rhythm="off"),
    Person("Åke", "ake@example.org", hours="7-19", ladder="none", digest_day=0, digest_hour=0, letter=False),
    Person("'t Hooft <!channel> 🎉 \u202eabc", "charlie@example.org", ("paakaupunkiseutu",), "observer", "en"),
]  # fmt: skip


def test_what_goes_out_comes_in_again_as_it_was(database: Database, network: Network, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with database.writing() as session:
        enrol_all(session, PEOPLE)
    with database.reading() as session:
        assert export_contacts(session, path) == len(PEOPLE)
    assert read_people(path, network) == PEOPLE
    assert take_in(database, network, path) == Enrolled(0, 0, len(PEOPLE), 0)


def test_no_cell_of_an_export_is_a_formula(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    with database.writing() as session:
        enrol_all(session, PEOPLE)
    with database.reading() as session:
        export_contacts(session, path)
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == HEAD.split(",")
    assert not [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_who_was_erased_is_not_exported(database: Database, tmp_path: Path) -> None:
    with database.writing() as session:
        person(session, "Alice")
        erase(session, person(session, "Bob"), "command")
    with database.reading() as session:
        assert export_contacts(session, tmp_path / "out.csv") == 1


def test_an_export_to_a_place_that_cannot_be_written_says_so(database: Database, tmp_path: Path) -> None:
    with database.reading() as session, pytest.raises(OSError, match="No such file or directory"):
        export_contacts(session, tmp_path / "none" / "out.csv")


def test_all_that_is_kept_of_a_person_is_shown(database: Database, network: Network) -> None:
    with database.writing() as session:
        person(session, "Alice", slack_user_id="UALICE")
    tell(database, details())
    plan(database, network)
    with database.writing() as session:
        alice = contact_by_email(session, "alice@example.org")
        assert alice
        choose(session, alice, "203.0.113.9", rhythm="weekly", ladder="14,2", digest_day=0)
        answer(session, alice, 1, "need_partner", "mail", "")
        mute(session, alice, 1, "page", "")
        known = json.loads(json.dumps(everything_about(session, alice)))
    assert (known["name"], known["email"], known["cities"]) == ("Alice", "alice@example.org", ["tampere"])
    assert known["slack"] == {"team": None, "user": "UALICE"}
    assert {place["address"] for place in known["destinations"]} == {"alice@example.org", "UALICE"}
    assert [(row["item"], row["reason"]) for row in known["deliveries"]] == [
        (1, "city_topic:tampere:vahahiilisyys")
    ]
    assert [(act["action"], act["from"], act["facts"]) for act in known["acts"]] == [
        ("contact.chose", "203.0.113.9", {"rhythm": "weekly", "ladder": "14,2", "digest_day": 0}),
        ("item.answered", "", {"item": 1, "answer": "need_partner", "remind": False, "by": "mail"}),
        ("item.muted", "", {"item": 1, "by": "page"}),
    ]
    assert known["preferences"] == {
        "sending_hours": "usual", "reminders": "14,2", "digest_day": "monday", "digest_hour": "usual", "letter": True,
    }  # fmt: skip
    assert [(row["item"], row["answer"], row["by"]) for row in known["answers"]] == [
        (1, "need_partner", "mail")
    ]
    assert [(row["item"], row["city"]) for row in known["mutes"]] == [(1, None)]
    assert (known["reminders"], known["sign_ins"]) == ([], [])
