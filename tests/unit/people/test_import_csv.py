"""Rows of contacts: what a field may hold, and the sentence for each that it may not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.network import Network
from bot.people.csv_file import ImportFault
from bot.people.enrolment import Person
from bot.people.import_csv import COLUMNS, OPTIONAL, inert, read_people
from tests.unit.people.lists import ALICE, BOB, HEAD, a_file


def row(**fields: str) -> str:
    """A line of the file: Alice, with these fields otherwise."""
    stated = {"name": "Alice", "email": "alice@example.org", **fields}
    return ",".join(f'"{stated.get(column, "")}"' for column in HEAD.split(","))


def person(tmp_path: Path, network: Network, **fields: str) -> Person:
    """Alice as she is read, with these fields."""
    return read_people(a_file(tmp_path, row(**fields)), network)[0]


def faults(tmp_path: Path, network: Network, *lines: str, **more: Any) -> list[str]:
    with pytest.raises(ImportFault) as caught:
        read_people(a_file(tmp_path, *lines, **more), network)
    return caught.value.faults


def test_a_full_row_is_read_whole(tmp_path: Path, network: Network) -> None:
    assert tuple(HEAD.split(",")) == COLUMNS + OPTIONAL
    alice, bob = read_people(a_file(tmp_path, ALICE, BOB), network)
    assert alice == Person(
        "Alice", "alice@example.org", ("tampere",), "contact", "fi", "Europe/Helsinki", ("vesi",), "now",
        None, "UALICE", None,
    )  # fmt: skip
    assert (bob.role, bob.language, bob.timezone, bob.rhythm) == (
        "city_lead",
        "sv",
        "Europe/Stockholm",
        "weekly",
    )
    assert (bob.hours, bob.ladder, bob.digest_day, bob.digest_hour, bob.letter) == (
        "always",
        "14,2",
        0,
        9,
        False,
    )


def test_what_a_row_leaves_open_is_filled_in_and_marked_as_unstated(tmp_path: Path, network: Network) -> None:
    bare = read_people(a_file(tmp_path, row()), network, "sv", "Europe/Stockholm")[0]
    assert (bare.role, bare.language, bare.timezone, bare.rhythm) == (
        "contact",
        "sv",
        "Europe/Stockholm",
        "now",
    )
    assert (bare.cities, bare.topics, bare.channel, bare.slack_user_id) == ((), (), None, None)
    assert bare.unstated == {"role", "language", "timezone", "rhythm", "letter"}


@pytest.mark.parametrize(
    ("field", "text", "attribute", "value"),
    [
        ("city", "tampere", "cities", ("tampere",)),
        ("city", "Tampere", "cities", ("tampere",)),
        ("city", "TAMMERFORS", "cities", ("tampere",)),
        ("city", "Tampere ; turku;;oulu", "cities", ("tampere", "turku", "oulu")),
        ("city", "Tampere;tampere", "cities", ("tampere",)),
        ("city", "Jyväskylä", "cities", ("jyvaskyla",)),
        ("city", "Espoo", "cities", ("paakaupunkiseutu",)),
        ("topics", "vesi;ruoka", "topics", ("vesi", "ruoka")),
        ("topics", "Vähähiilisyys", "topics", ("vahahiilisyys",)),
        ("topics", "carbon neutrality", "topics", ("vahahiilisyys",)),
        ("role", "Admin", "role", "admin"),
        ("language", "EN", "language", "en"),
        ("rhythm", "Daily", "rhythm", "daily"),
        ("channel", "conversation-only", "channel", "conversation-only"),
        ("slack_user_id", "W012AB3CD", "slack_user_id", "W012AB3CD"),
        ("slack_team_id", "T012AB3CD", "slack_team_id", "T012AB3CD"),
        ("email", "Alice.O'Neil+silta@mail.Example.org", "email", "Alice.O'Neil+silta@mail.Example.org"),
        ("email", "hanna@päijänne.example", "email", "hanna@päijänne.example"),
        ("name", "  Alice   van  Dijk ", "name", "Alice van Dijk"),
        ("name", "<b>Alice</b> <!channel>", "name", "<b>Alice</b> <!channel>"),
        ("name", "=HYPERLINK(1)", "name", "=HYPERLINK(1)"),
        ("name", "'=HYPERLINK(1)", "name", "=HYPERLINK(1)"),
        ("name", "'t Hooft", "name", "'t Hooft"),
        ("name", "-", "name", "-"),
        ("name", "A" * 200, "name", "A" * 200),
        ("hours", "7-19", "hours", "7-19"),
        ("hours", "07–19", "hours", "7-19"),
        ("hours", "8-17", "hours", ""),
        ("hours", "ALWAYS", "hours", "always"),
        ("ladder", "2, 14;2", "ladder", "14,2"),
        ("ladder", "0,2,7,14,30", "ladder", ""),
        ("ladder", "None", "ladder", "none"),
        ("digest_day", "Monday", "digest_day", 0),
        ("digest_day", "", "digest_day", None),
        ("digest_hour", "0", "digest_hour", 0),
        ("letter", "No", "letter", False),
    ],
)
def test_a_field_is_read(
    tmp_path: Path, network: Network, field: str, text: str, attribute: str, value: object
) -> None:
    assert getattr(person(tmp_path, network, **{field: text}), attribute) == value


@pytest.mark.parametrize(
    ("field", "text", "fault"),
    [
        ("name", "", "name is missing"),
        ("name", "A" * 201, "name: must have 1 to 200 characters"),
        ("email", "", "email is missing"),
        ("email", "alice", "email: 'alice' is not a mail address"),
        ("email", "alice@", "email: 'alice@' is not a mail address"),
        ("email", "@example.org", "email: '@example.org' is not a mail address"),
        ("email", "alice@example", "is not a mail address"),
        ("email", "alice@example..org", "is not a mail address"),
        ("email", "alice.@example.org", "is not a mail address"),
        ("email", "a..b@example.org", "is not a mail address"),
        ("email", "alice@-example.org", "is not a mail address"),
        ("email", "alice@exa_mple.org", "is not a mail address"),
        ("email", "alice@example.org.", "is not a mail address"),
        ("email", "Alice <alice@example.org>", "is not a mail address"),
        ("email", "alice@example.org;bob@example.org", "is not a mail address"),
        ("email", "alice @example.org", "is not a mail address"),
        ("email", "alice\u200b@example.org", "is not a mail address"),
        ("email", "alice\r\nBcc: bob@example.org", "is not a mail address"),
        ("email", f"{'a' * 65}@example.org", "is not a mail address"),
        ("email", f"a@{'b.' * 126}org", "is not a mail address"),
        ("city", "tampree", "city: there is no city 'tampree', did you mean tampere?"),
        ("city", "Göteborg", "city: there is no city 'Göteborg'"),
        ("city", "oulu;tampree;turkku", "did you mean tampere?; there is no city 'turkku', did you mean turku"),
        ("topics", "vesii", "topics: there is no topic 'vesii', did you mean vesi"),
        ("role", "boss", "role: 'boss' must be one of contact, city_lead, coordinator, admin, observer"),
        ("language", "de", "language: 'de' must be one of fi, sv, en"),
        ("timezone", "Helsinki", "timezone: 'Helsinki' is not a time zone such as Europe/Helsinki"),
        ("timezone", "../../etc/passwd", "is not a time zone"),
        ("rhythm", "hourly", "rhythm: 'hourly' must be one of now, daily, weekly, off"),
        ("channel", "fax", "channel: 'fax' must be one of slack, email, conversation-only"),
        ("slack_user_id", "alice", "slack_user_id: 'alice' is not an id such as U012AB3CD"),
        ("slack_user_id", "C012AB3CD", "slack_user_id: 'C012AB3CD' is not an id such as U012AB3CD"),
        ("slack_team_id", "U012AB3CD", "slack_team_id: 'U012AB3CD' is not an id such as T012AB3CD"),
        ("hours", "17-8", "hours: '17-8' are no sending hours such as 8-17"),
        ("hours", "8-25", "hours: '8-25' are no sending hours such as 8-17"),
        ("hours", "Europe/Helsinki 8-17", "are no sending hours such as 8-17"),
        ("ladder", "14,4", "ladder: '4' is none of 60,30,21,14,10,7,5,3,2,1,0"),
        ("ladder", "-1", "ladder: '-1' is none of"),
        ("digest_day", "maanantai", "digest_day: 'maanantai' must be one of monday, tuesday"),
        ("digest_hour", "24", "digest_hour: '24' is no hour from 0 to 23"),
        ("digest_hour", "²", "digest_hour: '²' is no hour from 0 to 23"),
        ("letter", "maybe", "letter: 'maybe' must be yes or no"),
    ],
)  # fmt: skip
def test_a_faulty_field_is_named_with_its_line(
    tmp_path: Path, network: Network, field: str, text: str, fault: str
) -> None:
    found = faults(tmp_path, network, BOB, row(**{field: text}))
    assert len(found) == 1
    assert found[0].startswith("line 3: ")
    assert fault in found[0]


def test_every_fault_of_every_line_is_told_at_once(tmp_path: Path, network: Network) -> None:
    assert faults(
        tmp_path, network, ",alice,,tampree,boss,,,,,,", BOB, "Charlie,charlie@example.org,,,,,Nowhere,,,,"
    ) == [
        "line 2: name is missing",
        "line 2: email: 'alice' is not a mail address",
        "line 2: city: there is no city 'tampree', did you mean tampere?",
        "line 2: role: 'boss' must be one of contact, city_lead, coordinator, admin, observer",
        "line 4: timezone: 'Nowhere' is not a time zone such as Europe/Helsinki",
    ]


def test_an_address_and_a_slack_identity_may_come_once(tmp_path: Path, network: Network) -> None:
    again = row(email="ALICE@Example.org", slack_user_id="UALICE")
    sharp, double = row(email="straße@example.org"), row(email="STRASSE@example.org")
    assert faults(tmp_path, network, ALICE, BOB, again, sharp, double) == [
        "line 4: ALICE@Example.org is already on line 2",
        "line 4: the Slack user UALICE is already on line 2",
        "line 6: STRASSE@example.org is already on line 5",
    ]  # fmt: skip
    elsewhere = row(email="other@example.org", slack_user_id="UALICE", slack_team_id="T2")
    assert len(read_people(a_file(tmp_path, ALICE, elsewhere), network)) == 2


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("name,email,city", 'Alice,alice@example.org,"tampere;turku"'),
        ("name,email,city", "Alice,alice@example.org,tampere;turku"),
        ("name;email;city", 'Alice;alice@example.org;"tampere;turku"'),
        ("name\temail\tcity", "Alice\talice@example.org\ttampere;turku"),
    ],
)
def test_several_cities_are_split_by_semicolons_whatever_splits_the_fields(
    tmp_path: Path, network: Network, head: str, line: str
) -> None:
    assert read_people(a_file(tmp_path, line, head=head), network)[0].cities == ("tampere", "turku")


@pytest.mark.parametrize("text", ["=1+1", "+358", "-x", "@all", "'=1", "''@a", "'t Hooft", "Alice", "'"])
def test_a_name_made_inert_for_a_spreadsheet_is_read_as_it_was(
    tmp_path: Path, network: Network, text: str
) -> None:
    assert inert(text)[0] not in "=+-@"
    assert person(tmp_path, network, name=inert(text)).name == text


@pytest.mark.parametrize(
    "text", ["=1+1@example.org", "-a@example.org", "'=a@example.org", "o'neil@example.org"]
)
def test_an_address_made_inert_is_read_as_it_was(tmp_path: Path, network: Network, text: str) -> None:
    assert inert(text)[0] not in "=+-@"
    assert person(tmp_path, network, email=inert(text)).email == text
