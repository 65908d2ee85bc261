"""`howspace` through the real entry: a workspace's Excel exports, as hosts save them and as they break."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment
from sqlalchemy import select

from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.items import Item
from tests.integrations.howspace_letters import SECRET
from tests.unit.cli.conftest import Shell
from tests.workbooks import CHAT, USERS, WHEN, repacked, workbook


@pytest.fixture
def acme(shell: Shell) -> Shell:
    said = shell("sources", "add", "howspace", "acme", "--city", "tampere", "--set", "senders=howspace.com")
    assert (said.code, said.out) == (0, "acme was added\n")
    return shell


def test_a_chat_is_shown_then_taken_in_and_the_same_file_twice_changes_nothing(
    acme: Shell, database: Database, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "chat.xlsx", CHAT)
    dry = acme("howspace", "import-chat", path, "--dry-run")
    assert dry.lines == [
        "column B 'PÄIVÄMÄÄRÄ' is read as time",
        "column C 'Kirjoittaja' is read as author",
        "column D 'Kommentti' is read as text",
        "column E 'Vastaus' is read as reply",
        "not read: 'Tykkäykset'",
        "  3 November 2026 at 10:15 (Finnish time)  Miten *kaupungit* aloittivat?",
        "  3 November 2026 at 10:15 (Finnish time)  <!channel> Kokous torstaina",
        "2 discussions would be taken in; nothing was changed",
    ]
    assert acme("howspace", "import-chat", path).out == "new 2, changed 0, unchanged 0\n"
    assert acme("howspace", "import-chat", path).out == "new 0, changed 0, unchanged 2\n"
    with database.reading() as session:
        first, second = session.scalars(select(Item).order_by(Item.id)).all()
    assert (first.kind, first.visibility) == ("discussion", "network")
    assert "— Alice, 3.11.2026" in first.details["body"]["fi"]
    assert "> Bob, 4.11.2026: Me aloitimme keväällä" in first.details["body"]["fi"]
    assert SECRET not in str(first.details)
    assert second.details["title"] == {"fi": "<!channel> Kokous torstaina"}
    assert acme("work", "--until-idle").out == "sent 0, held 0, failed 0\n"


def test_a_later_export_with_a_new_reply_changes_its_discussion(acme: Shell, tmp_path: Path) -> None:
    acme("howspace", "import-chat", workbook(tmp_path / "chat.xlsx", CHAT))
    more = workbook(tmp_path / "more.xlsx", [*CHAT, (0, WHEN, "Bob", None, "Tulen!")])
    assert acme("howspace", "import-chat", more).out == "new 0, changed 1, unchanged 1\n"


def test_replies_may_be_indented_and_cells_merged(acme: Shell, database: Database, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (
        ("Author", "Comment"),
        ("Alice", "First"),
        (None, "  ↳ Yes"),
        (None, "Deep"),
        ("Bob", "Second"),
    ):
        sheet.append(row)
    sheet["B4"].alignment = Alignment(indent=1)
    sheet.merge_cells("A2:A4")
    book.save(tmp_path / "chat.xlsx")
    assert acme("howspace", "import-chat", str(tmp_path / "chat.xlsx")).out.startswith("new 2,")
    with database.reading() as session:
        body = session.scalars(select(Item).order_by(Item.id)).all()[0].details["body"]["fi"]
    assert body == "First\n\n— Alice\n\n> Alice: Yes\n\n> Alice: Deep"


def test_faults_name_their_cells_and_nothing_is_taken_in(
    acme: Shell, database: Database, tmp_path: Path
) -> None:
    rows = [("Time", "Comment"), ("sometime", "Hello"), (WHEN, "=A2&B2"), (WHEN, "#REF!")]
    path = workbook(tmp_path / "chat.xlsx", rows)
    for option in ([], ["--dry-run"]):
        said = acme("howspace", "import-chat", path, *option)
        assert said.code == 1
        assert said.err.splitlines() == [
            "B3: a formula without a value: open the file in Excel and save it",
            "B4: holds the error #REF!",
            "A2: 'sometime' is no date",
            f"Error: nothing was imported: 3 faults in {path}",
        ]
    with database.reading() as session:
        assert session.scalars(select(Item)).all() == []


@pytest.mark.parametrize("made", ["missing", "empty", "text", "zip", "half", "bomb", "entities", "headless"])
def test_what_is_no_such_workbook_is_said_in_a_sentence(acme: Shell, tmp_path: Path, made: str) -> None:
    path = tmp_path / "chat.xlsx"
    whole = Path(workbook(tmp_path / "whole.xlsx", CHAT)).read_bytes()
    if made in {"empty", "text", "half"}:
        path.write_bytes({"empty": b"", "text": b"Comment;Author", "half": whole[: len(whole) // 2]}[made])
    elif made == "headless":
        workbook(path, [("x", "y")] * 40)
    elif made != "missing":
        repacked(tmp_path / "whole.xlsx", path, made)
    said = acme("howspace", "import-chat", str(path))
    assert said.code == 1
    assert said.err.splitlines()[-1] == f"Error: nothing was imported: 1 fault in {path}"
    assert "Traceback" not in said.err


def test_without_a_workspace_it_says_what_to_do(shell: Shell, tmp_path: Path) -> None:
    said = shell("howspace", "import-chat", workbook(tmp_path / "chat.xlsx", CHAT))
    assert said.err == "Error: there is no workspace yet: python -m bot sources add howspace NAME\n"


def test_people_become_contacts_without_a_role(shell: Shell, database: Database, tmp_path: Path) -> None:
    path = workbook(tmp_path / "people.xlsx", USERS)
    dry = shell("howspace", "import-people", path, "--dry-run")
    assert dry.lines[-4:] == [
        "not read: 'Rooli'",
        "  Alice Ahola <alice@example.org> tampere",
        "  Bob Berg <bob@example.org> oulu",
        "2 contacts are well; nothing was changed",
    ]
    assert shell("howspace", "import-people", path).out == "new 2, changed 0, unchanged 0\n"
    assert shell("howspace", "import-people", path).out == "new 0, changed 0, unchanged 2\n"
    with database.reading() as session:
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert [(each.name, each.role, each.language) for each in people] == [
        ("Alice Ahola", "contact", "fi"), ("Bob Berg", "contact", "sv"),
    ]  # fmt: skip


def test_faulty_people_are_named_by_their_cells(shell: Shell, tmp_path: Path) -> None:
    rows = [*USERS, ("Charlie", "Coe", "charlie", "Tampree", None, None), (None, None, "alice@example.org")]
    path = workbook(tmp_path / "people.xlsx", rows)
    said = shell("howspace", "import-people", path)
    assert said.code == 1
    assert said.err.splitlines()[:3] == [
        "C4: email: 'charlie' is not a mail address",
        "D4: city: there is no city 'Tampree', did you mean tampere?",
        "A5: name is missing",
    ]
    assert shell("contacts", "export", "out.csv").out == "0 contacts written to out.csv\n"
