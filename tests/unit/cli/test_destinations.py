"""`destinations` through the real entry."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bot.store.db import Database
from bot.store.destinations import Subscription
from tests.unit.cli.conftest import Shell
from tests.unit.people.lists import ALICE, a_file


def test_conversations_are_added_listed_and_removed(shell: Shell, tmp_path: Path) -> None:
    added = [
        shell("destinations", "add", "slack", "C012AB3CD", "--city", "tampere", "--language", "fi,sv"),
        shell("destinations", "add", "slack", "C012AB3CD", "--topic", "vesi", "--rhythm", "weekly"),
        shell("destinations", "add", "slack", "G0ALL", DEFAULT_LANGUAGE="en"),
    ]
    assert [said.out for said in added] == [
        "C012AB3CD is destination 1: tampere, now, fi,sv\n",
        "C012AB3CD is destination 1: vesi, weekly, fi\n",
        "G0ALL is destination 2: everything, now, en\n",
    ]
    shell("contacts", "import", str(a_file(tmp_path, ALICE)))
    listed = [line.split("\t") for line in shell("destinations", "list").lines]
    assert listed[:3] == [
        ["1", "C012AB3CD", "tampere", "now", "fi"],
        ["1", "C012AB3CD", "vesi", "weekly", "fi"],
        ["2", "G0ALL", "everything", "now", "en"],
    ]
    assert sorted(line[1:] for line in listed[3:]) == [
        ["email", "alice@example.org", "Alice"],
        ["slack", "UALICE", "Alice"],
    ]
    removed = shell("destinations", "remove", "1")
    assert (removed.code, removed.out) == (
        0,
        "C012AB3CD hears nothing any more; 0 waiting messages were cancelled\n",
    )
    assert [line.split("\t")[1] for line in shell("destinations", "list").lines[:1]] == ["G0ALL"]


def test_a_conversation_has_its_own_hours_ladder_and_digest(shell: Shell, database: Database) -> None:
    when = ("--hours", "7-19", "--ladder", "2,14", "--digest-day", "monday", "--digest-hour", "9")
    for said in (when, ()):  # what is not said again stays
        assert shell("destinations", "add", "slack", "C1", "--rhythm", "weekly", *said).code == 0
        with database.reading() as session:
            row = session.scalars(select(Subscription)).one()
        assert (row.hours, row.ladder, row.digest_day, row.digest_hour) == (
            "Europe/Helsinki 7-19", ",14,2,", 0, 9,
        )  # fmt: skip


def test_a_conversation_may_want_reminders_shown_and_answers_carried_on(shell: Shell) -> None:
    said = shell("destinations", "add", "slack", "C1", "--broadcast", "--bridge", "mail")
    assert said.out == "C1 is destination 1: everything, now, fi, broadcast, bridge mail\n"
    assert "WORKSPACE_MAIL is not set" in said.err
    again = shell("destinations", "add", "slack", "C1", WORKSPACE_MAIL="tila@example.org")
    assert (again.out, again.err) == (
        "C1 is destination 1: everything, now, fi, broadcast, bridge mail\n",
        "",
    )
    listed = shell("destinations", "list").lines
    assert listed == ["1\tC1\teverything\tnow\tfi\tbroadcast\tbridge mail"]
    assert shell("destinations", "add", "slack", "C1", "--no-broadcast", "--bridge", "off").code == 0
    assert shell("destinations", "list").lines == ["1\tC1\teverything\tnow\tfi"]


REFUSED: list[tuple[list[str], int, str]] = [
    (["add", "slack", "#general"], 1, "'#general' must be a conversation's id such as C012AB3CD"),
    (["add", "slack", "UALICE"], 1, "must be a conversation's id"),
    (["add", "fax", "C1"], 2, "'fax' is not one of 'slack'"),
    (["add", "slack", "C1", "--city", "tampree"], 1, "there is no city 'tampree': did you mean tampere?"),
    (["add", "slack", "C1", "--city", "xxxxxx"], 1, "there is no city 'xxxxxx': known are joensuu,"),
    (["add", "slack", "C1", "--topic", "vesii"], 1, "there is no topic 'vesii': did you mean vesi"),
    (["add", "slack", "C1", "--language", "fi,de"], 1, "--language takes fi, sv, en, split by commas"),
    (["add", "slack", "C1", "--language", ","], 1, "--language takes fi, sv, en, split by commas"),
    (
        ["add", "slack", "C1", "--rhythm", "hourly"],
        2,
        "'hourly' is not one of 'now', 'daily', 'weekly', 'off'",
    ),
    (["add", "slack", "C1", "--hours", "17-8"], 1, "--hours: '17-8' are no sending hours such as 8-17"),
    (["add", "slack", "C1", "--ladder", "4"], 1, "--ladder: '4' is none of 60,30,21"),
    (["add", "slack", "C1", "--digest-day", "someday"], 1, "--digest-day: 'someday' must be one of monday"),
    (["add", "slack", "C1", "--digest-hour", "24"], 1, "--digest-hour: '24' is no hour from 0 to 23"),
    (["remove", "7"], 1, "7 is not a conversation: `destinations list` shows them"),
    (["remove", "x"], 2, "'x' is not a valid integer"),
    (["forget"], 2, "No such command 'forget'"),
]


def test_what_cannot_be_done_is_said(shell: Shell) -> None:
    for arguments, code, said in REFUSED:
        found = shell("destinations", *arguments)
        assert (arguments, found.code, found.out) == (arguments, code, "")
        assert said in found.err
    assert shell("destinations", "list").out == ""


def test_a_persons_destination_is_not_removed(shell: Shell, tmp_path: Path) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE)))
    assert shell("destinations", "remove", "1").code == 1


def test_a_wall_is_added_by_the_name_of_its_source(shell: Shell) -> None:
    options = ["--set", "url=https://forum.example", "--set", "api_key=key", "--set", "category=7"]
    assert shell("sources", "add", "discourse", "forum", *options).code == 0
    assert shell("sources", "add", "discourse", "reading", "--set", "url=https://forum.example").code == 0
    added = shell("destinations", "add", "discourse", "forum", "--city", "tampere", "--language", "fi,sv")
    assert (added.code, added.out) == (0, "forum is destination 1: tampere, now, fi,sv\n")
    for arguments, said in [
        (["reading"], "reading is not set up to be written to"),
        (["nowhere"], "there is no source 'nowhere' of kind discourse"),
        (["forum", "--team", "T1"], "are of Slack"),
    ]:
        refused = shell("destinations", "add", "discourse", *arguments)
        assert refused.code == 1
        assert said in refused.err
