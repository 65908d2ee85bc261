"""`poll` and `work` through the real entry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import update

from bot import clock
from bot.store.db import Database
from bot.store.deliveries import Delivery
from bot.work.workers import Worker
from tests.factories import deliveries, details, tell
from tests.unit.cli.conftest import Shell
from tests.unit.people.lists import ALWAYS, BOB, a_file


def test_the_example_feed_is_polled_and_told_in_preview(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALWAYS, BOB)))
    shell("sources", "add", "feed", "news", "--set", "example=news.xml", "--first-poll", "announce")
    first = shell("poll", "news")
    found = re.fullmatch(r"news: new (\d+), changed 0, unchanged 0\n", first.out)
    assert (first.code, found is not None) == (0, True)
    count = int(found[1]) if found else 0
    assert count > 0
    assert shell("poll").out == ""  # nothing is due any more
    again = shell("poll", "news")
    assert (again.code, again.out) == (0, "news: new 0, changed 0, unchanged 0\n")  # byte for byte as it was
    assert (first.err, shell("poll").err) == ("", "")
    assert re.fullmatch(r"news is not due before \S+ \S+ UTC; it is asked now\n", again.err)

    said = shell("work", "--until-idle")
    assert (said.code, said.err) == (0, "")
    shown = re.fullmatch(r"sent 0, held (\d+), failed 0, previewed (\d+)\n", said.out)
    assert shown
    assert [int(shown[1]), int(shown[2])] == [
        len(deliveries(database, state)) for state in ("held", "previewed")
    ]
    assert int(shown[2]) > 0
    assert shell("work", "--until-idle").out == f"sent 0, held {shown[1]}, failed 0\n"


def test_a_source_that_cannot_be_read_is_a_fault_and_not_nothing_new(shell: Shell) -> None:
    shell("sources", "add", "feed", "dead", "--set", "url=http://127.0.0.1:9/feed.xml")
    said = shell("poll", "dead")
    assert said.code == 1
    assert said.out.startswith("dead: fault: ")
    listed = shell("sources", "list").out
    assert "dead\tfeed\tasked 2" in listed
    assert "\tfault: " in listed


@pytest.mark.parametrize("name", ["nothing", "webhook"])
def test_what_cannot_be_asked_is_said(shell: Shell, name: str) -> None:
    said = shell("poll", name)
    assert (said.code, said.err) == (
        1,
        f"Error: no source {name!r} can be asked: `sources list` shows them\n",
    )


def test_work_as_of_an_instant_does_what_is_due_then(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALWAYS)))
    tell(database, details(closes_at="2031-01-01", topics=()))
    due = clock.When.parse("2030-01-01").begins()
    assert shell("work", "--until-idle").out == "sent 0, held 0, failed 0, previewed 1\n"
    with database.writing() as session:
        session.execute(update(Delivery).values(state="queued", due_at=due))
    assert shell("work", "--until-idle").out == "sent 0, held 1, failed 0\n"
    early = shell("work", "--until-idle", "--as-of", "2029-12-31T23:00:00+02:00")
    assert early.out == "sent 0, held 1, failed 0\n"
    said = shell("work", "--until-idle", "--as-of", "2030-01-01")
    assert (said.code, said.out) == (0, "sent 0, held 0, failed 0, previewed 1\n")


def test_what_expires_meanwhile_is_said(shell: Shell, database: Database, tmp_path: Path) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALWAYS.replace(",now,", ",weekly,"))))
    tell(database, details(closes_at="2030-01-01", topics=()))
    assert shell("work", "--until-idle").out == "sent 0, held 1, failed 0\n"
    late = shell("work", "--until-idle", "--as-of", "2030-01-03")
    assert late.out == "sent 0, held 0, failed 0, expired 1\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow", "--as-of must be ISO 8601 such as 2027-01-15 or 2027-01-15T16:15:00+02:00"),
        ("2027-01-15T08:00", "--as-of has a time but no zone: add +02:00, +03:00 or Z"),
        ("1066-10-14", "--as-of must lie between the years 1900 and 2999"),
    ],
)
def test_an_instant_that_is_none_is_refused(shell: Shell, text: str, said: str) -> None:
    found = shell("work", "--until-idle", "--as-of", text)
    assert (found.code, found.out, found.err) == (1, "", f"Error: {said}\n")


def test_another_clock_is_refused_while_somebody_else_works(shell: Shell, database: Database) -> None:
    other = Worker("separate")
    with database.writing() as session:
        other.beat(session)
    said = shell("work", "--until-idle", "--as-of", "2030-01-01")
    assert (said.code, said.out) == (1, "")
    assert "works too: stop it first, two clocks would mix" in said.err
    assert shell("work", "--until-idle").code == 0  # without another clock both may work
    with database.writing() as session:
        other.leave(session)
    assert shell("work", "--until-idle", "--as-of", "2030-01-01").code == 0


def test_work_needs_to_be_told_when_to_end(shell: Shell) -> None:
    assert shell("work").code == 2
