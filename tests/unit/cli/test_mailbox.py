"""The mailbox and the suppression list from the command line."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.people.suppression import suppress
from bot.store.db import Database
from tests import factories
from tests.fakes.imap import FakeImap
from tests.unit.cli.conftest import Shell


@pytest.fixture
def imap() -> Iterator[FakeImap]:
    with FakeImap() as server:
        yield server


def settings(imap: FakeImap, password: str = "secret") -> dict[str, str]:
    return {
        "IMAP_HOST": "127.0.0.1", "IMAP_PORT": str(imap.port), "IMAP_USERNAME": "silta",
        "IMAP_PASSWORD": password, "IMAP_SECURITY": "none",
    }  # fmt: skip


def test_doctor_tries_the_mailbox_and_says_what_is_wrong_without_the_password(
    shell: Shell, imap: FakeImap
) -> None:
    assert "well    mailbox" in shell("doctor", **settings(imap)).lines
    said = shell("doctor", **settings(imap, "hunter2"))
    assert said.code == 1
    assert "refused the login: check IMAP_USERNAME and IMAP_PASSWORD" in said.out
    assert "hunter2" not in said.out + said.err


def test_doctor_says_nothing_of_a_mailbox_that_is_not_configured(shell: Shell) -> None:
    assert "mailbox" not in shell("doctor").out


@pytest.mark.parametrize("missing", ["IMAP_USERNAME", "IMAP_PASSWORD"])
def test_a_mailbox_without_login_is_a_fault_of_the_settings(
    shell: Shell, imap: FakeImap, missing: str
) -> None:
    said = shell("doctor", **{**settings(imap), missing: ""})
    assert said.code == 1
    assert f"{missing} is missing: set it beside IMAP_HOST" in said.out


def test_an_address_is_taken_off_the_suppression_list_once(shell: Shell, database: Database) -> None:
    with database.writing() as session:
        factories.person(session)
        suppress(session, "alice@example.org", "bounced")
    said = shell("contacts", "unsuppress", "Alice@example.org")
    assert (said.code, "gets messages again" in said.out) == (0, True)
    again = shell("contacts", "unsuppress", "alice@example.org")
    assert (again.code, "not on the suppression list" in again.err) == (1, True)
