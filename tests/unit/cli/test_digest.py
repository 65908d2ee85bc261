"""`digest preview`: what a reader would get, with nothing sent and nothing changed."""

from __future__ import annotations

import pytest

from bot.network import Network
from bot.store.db import Database
from tests.factories import deliveries, details, person, plan, tell
from tests.unit.cli.conftest import Shell

CALL = details(
    title={"en": "Low-carbon Tampere", "fi": "Vähähiilinen Tampere"},
    body={"en": "Money for **cities**."}, closes_at="2099-01-15",
)  # fmt: skip


@pytest.fixture
def alice(database: Database, network: Network) -> str:
    """A weekly reader for whom a call is held."""
    with database.writing() as session:
        contact = person(session, "Alice", rhythm="weekly", language="en")
    tell(database, CALL)
    plan(database, network)
    return str(contact.email)


def test_it_prints_the_digest_and_changes_nothing(shell: Shell, database: Database, alice: str) -> None:
    before = [(each.id, each.state) for each in deliveries(database)]
    for _ in range(2):
        said = shell("digest", "preview", "--rhythm", "weekly", "--contact", alice)
        assert said.code == 0, said.err
        assert "Your week: 1 new call" in said.lines[0]
        assert "Low-carbon Tampere" in said.out
        assert "Money for cities." in said.out
    assert [(each.id, each.state) for each in deliveries(database)] == before


def test_in_another_rhythm_it_shows_what_that_would_bring(shell: Shell, alice: str) -> None:
    said = shell("digest", "preview", "--rhythm", "daily", "--contact", alice)
    assert "Your day: 1 new call" in said.lines[0]


def test_what_is_not_due_by_then_is_not_shown(shell: Shell, alice: str) -> None:
    said = shell(
        "digest", "preview", "--rhythm", "weekly", "--contact", alice, "--as-of", "2020-01-01T08:00:00+02:00"
    )
    assert said.code == 0
    assert said.lines == [f"nothing to tell {alice}: no digest would go out"]


def test_a_reminder_that_fires_until_then_is_shown(
    shell: Shell, database: Database, network: Network
) -> None:
    with database.writing() as session:
        person(session, "Bob", rhythm="now", language="en")
    tell(database, CALL)
    plan(database, network)
    said = shell(
        "digest", "preview", "--rhythm", "weekly", "--contact", "bob@example.org",
        "--as-of", "2099-01-08T09:00:00+02:00",
    )  # fmt: skip
    assert "Your week: 1 closing" in said.lines[0]


@pytest.mark.parametrize(
    ("wrong", "remedy"),
    [
        (("--rhythm", "weekly", "--contact", "nobody@example.org"), "no contact nobody@example.org"),
        (
            ("--rhythm", "weekly", "--contact", "alice@example.org", "--as-of", "Friday"),
            "--as-of must be ISO 8601",
        ),
        (("--rhythm", "now", "--contact", "alice@example.org"), "'daily', 'weekly'"),
    ],
)
def test_wrong_words_are_named(shell: Shell, alice: str, wrong: tuple[str, ...], remedy: str) -> None:
    said = shell("digest", "preview", *wrong)
    assert said.code in {1, 2}
    assert remedy in said.err
