"""`contacts` through the real entry."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bot.store.audit import Audit
from bot.store.db import Database
from tests.unit.cli.conftest import Shell
from tests.unit.people.lists import ALICE, BOB, HEAD, a_file, contact


def test_a_list_is_checked_then_imported_and_then_known(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    path = str(a_file(tmp_path, ALICE, BOB))
    dry = shell("contacts", "import", path, "--dry-run")
    assert (dry.code, dry.out) == (0, "2 contacts are well; nothing was changed\n")
    assert shell("contacts", "import", path).out == "new 2, changed 0, unchanged 0\n"
    assert shell("contacts", "import", path).out == "new 0, changed 0, unchanged 2\n"
    with database.reading() as session:
        acts = session.query(Audit).order_by(Audit.id).all()
    assert [(act.actor, act.action, act.facts) for act in acts] == [
        ("command", "contacts.imported", {"new": 2, "changed": 0}),
        ("command", "contacts.imported", {"new": 0, "changed": 0}),
    ]


def test_a_faulty_list_names_every_line_and_changes_nothing(shell: Shell, tmp_path: Path) -> None:
    path = a_file(tmp_path, ALICE, "Bob,bob,,tampree,,,,,,,")
    for option in ([], ["--dry-run"]):
        said = shell("contacts", "import", str(path), *option)
        assert (said.code, said.out) == (1, "")
        assert said.err.splitlines() == [
            "line 3: email: 'bob' is not a mail address",
            "line 3: city: there is no city 'tampree', did you mean tampere?",
            f"Error: nothing was imported: 2 faults in {path}",
        ]
    assert shell("contacts", "export", "out.csv").out == "0 contacts written to out.csv\n"


def test_a_list_that_is_not_there_is_said_in_a_sentence(shell: Shell) -> None:
    said = shell("contacts", "import", "none.csv")
    assert said.code == 1
    assert said.err.startswith("none.csv cannot be read: No such file or directory\n")


def test_new_contacts_speak_the_default_language_in_the_default_zone(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    path = a_file(tmp_path, "Alice,alice@example.org", head="name,email")
    shell("contacts", "import", str(path), DEFAULT_LANGUAGE="sv", DEFAULT_TIMEZONE="Europe/Stockholm")
    alice = contact(database, "alice@example.org")
    assert (alice.language, alice.timezone) == ("sv", "Europe/Stockholm")


def test_an_export_is_a_list_that_can_be_imported(shell: Shell, tmp_path: Path) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE, BOB)))
    assert shell("contacts", "export", "out.csv").out == "2 contacts written to out.csv\n"
    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == list(csv.reader([HEAD, ALICE, BOB]))
    assert shell("contacts", "import", "out.csv").out == "new 0, changed 0, unchanged 2\n"
    said = shell("contacts", "export", "none/out.csv")
    assert (said.code, said.err) == (1, "none/out.csv cannot be used: No such file or directory\n")


def test_a_person_is_shown_however_the_address_is_spelled(shell: Shell, tmp_path: Path) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE)))
    known = json.loads(shell("contacts", "show", "ALICE@example.org", "--json").out)
    assert (known["name"], known["cities"]) == ("Alice", ["tampere"])
    assert "name: Alice" in shell("contacts", "show", "alice@example.org").lines


def test_a_person_is_forgotten_without_a_question_when_nobody_could_answer(
    shell: Shell, database: Database, tmp_path: Path
) -> None:
    shell("contacts", "import", str(a_file(tmp_path, ALICE, BOB)))
    alice = contact(database, "alice@example.org")
    said = shell("contacts", "erase", "Alice@Example.org")
    assert (said.code, said.out) == (0, f"forgotten; the proof stays under {alice.pseudonym}\n")
    assert shell("contacts", "export", "out.csv").out == "1 contacts written to out.csv\n"


@pytest.mark.parametrize(
    "command", [["show", "charlie@example.org"], ["erase", "charlie@example.org", "--yes"]]
)
def test_who_is_not_known_is_said(shell: Shell, command: list[str]) -> None:
    said = shell("contacts", *command)
    assert (said.code, said.err) == (1, "Error: there is no contact charlie@example.org\n")
