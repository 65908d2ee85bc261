"""A workspace's Partner API through the real entry: set up by halves, asked by `doctor` and `poll`, people taken in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.store import metadata
from bot.store.contacts import Contact
from bot.store.db import Database
from tests.fakes.partner import FakePartner, piece
from tests.integrations.howspace_letters import LOGIN, SECRET
from tests.unit.cli.conftest import Said, Shell

PEOPLE = {
    "people": "GET /people?page={page}", "people_items": "data",
    "people_fields": "email = mail\nname = called\ncity = town",
}  # fmt: skip


@pytest.fixture
def workspace(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePartner]:
    monkeypatch.setenv("no_proxy", "*")
    with FakePartner() as fake:
        fake.news = [piece(1), piece(2, text=f"<a href='{LOGIN}'>Tule</a>")]
        fake.people = [
            {"mail": "alice@example.org", "called": "Alice", "town": "tampere", "loginLink": LOGIN},
            {"mail": "bob@example.org", "called": "Bob", "town": "oulu", "loginLink": LOGIN},
        ]
        yield fake


def add(shell: Shell, fake: FakePartner, *left_out: str) -> None:
    stated = {**FakePartner.options(fake.url), **PEOPLE}
    settings = [f"--set={name}={value}" for name, value in stated.items() if name not in left_out]
    said = shell("sources", "add", "howspace", "acme", *settings)
    assert (said.code, said.out) == (0, "acme was added\n"), said.err


def near(shell: Shell, fake: FakePartner, *arguments: str) -> Said:
    said = shell(*arguments, FETCH_ALLOW_PRIVATE=fake.place)
    for each in (said.out, said.err):
        assert fake.KEY not in each
        assert SECRET not in each
    return said


def of_acme(said: Said) -> str:
    return next(line for line in said.lines if "source acme" in line)


def test_doctor_says_that_it_is_off(shell: Shell, workspace: FakePartner) -> None:
    shell("sources", "add", "howspace", "acme", "--set", "senders=howspace.com")
    assert of_acme(near(shell, workspace, "doctor")) == "well    source acme (its Partner API is off)"


def test_doctor_names_what_is_missing(shell: Shell, workspace: FakePartner) -> None:
    add(shell, workspace, "partner_key", "people_fields")
    line = of_acme(near(shell, workspace, "doctor"))
    assert line.startswith("broken  source acme: the Partner API is half set, and off: ")
    assert "partner_key, people_fields missing" in line
    assert workspace.requests == []
    assert "partner_key" in near(shell, workspace, "poll", "acme").out


def test_doctor_asks_once_and_names_a_refused_key(shell: Shell, workspace: FakePartner) -> None:
    add(shell, workspace)
    assert of_acme(near(shell, workspace, "doctor")) == "well    source acme (its Partner API answers news)"
    assert [each.path for each in workspace.requests] == ["/api/news"]
    workspace.permits = set()
    line = of_acme(near(shell, workspace, "doctor"))
    assert line.startswith("broken")
    assert "Account Manager → Partner API" in line


def test_its_news_are_polled_and_nothing_that_opens_anything_is_kept(
    shell: Shell, workspace: FakePartner, database: Database
) -> None:
    add(shell, workspace)
    assert near(shell, workspace, "poll", "acme").out == "acme: new 2, changed 0, unchanged 0\n"
    workspace.news[0]["headline"] = "Uusi aika"
    assert "new 0, changed 1" in near(shell, workspace, "poll", "acme").out
    with database.reading() as session:
        rows = {  # plain tuples: the text of a Row leaves the middle of what is long out
            table.name: str([tuple(row) for row in session.execute(select(table))])
            for table in metadata.sorted_tables
        }
    assert "Uusi aika" in rows["items"]
    assert not [name for name, kept in rows.items() if SECRET in kept]
    assert [name for name, kept in rows.items() if workspace.KEY in kept] == ["sources"]


def test_its_people_are_shown_then_taken_in_without_a_role(
    shell: Shell, workspace: FakePartner, database: Database
) -> None:
    add(shell, workspace)
    ask = ("howspace", "import-people", "--from-workspace", "acme")
    assert near(shell, workspace, *ask, "--dry-run").lines == [
        "email is read from mail",
        "name is read from called",
        "city is read from town",
        "not read: 'loginLink'",
        "  Alice <alice@example.org> tampere",
        "  Bob <bob@example.org> oulu",
        "2 contacts are well; nothing was changed",
    ]
    assert near(shell, workspace, *ask).out == "new 2, changed 0, unchanged 0\n"
    assert near(shell, workspace, *ask).out == "new 0, changed 0, unchanged 2\n"
    with database.reading() as session:
        people = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert [(each.name, each.role) for each in people] == [("Alice", "contact"), ("Bob", "contact")]


def test_a_faulty_person_changes_nothing_and_is_named(
    shell: Shell, workspace: FakePartner, database: Database
) -> None:
    add(shell, workspace)
    workspace.people += [{"mail": LOGIN, "called": "Charlie"}]
    said = near(shell, workspace, "howspace", "import-people", "--from-workspace", "acme")
    assert said.code == 1
    assert said.err.startswith("person 3: email: ")
    assert said.err.splitlines()[-1] == "Error: nothing was imported: 1 fault in acme"
    with database.reading() as session:
        assert session.scalars(select(Contact)).all() == []


def test_a_file_or_a_workspace_is_wanted_and_one_that_does_people(
    shell: Shell, workspace: FakePartner
) -> None:
    assert "either a FILE or --from-workspace" in shell("howspace", "import-people").err
    add(shell, workspace, *PEOPLE)
    said = near(shell, workspace, "howspace", "import-people", "--from-workspace", "acme")
    assert said.err == "Error: no people can be asked of this workspace: set people and people_fields\n"
