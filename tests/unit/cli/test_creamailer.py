"""`creamailer` through the real entry, with a server that answers as Creamailer does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest

from bot.store.db import Database
from tests import factories
from tests.fakes.creamailer import FakeCreamailer
from tests.unit.cli.conftest import Shell


@pytest.fixture
def service() -> Iterator[FakeCreamailer]:
    with FakeCreamailer() as fake:
        yield fake


@pytest.fixture
def configured(shell: Shell, service: FakeCreamailer, database: Database) -> Shell:
    """A shell with two readers, one of whom is on the list."""
    with database.writing() as session:
        factories.person(session, "Alice")
        factories.person(session, "Bob")
    service.subscribe("alice@example.org")
    return partial(
        shell,
        CREAMAILER_TOKEN=service.token,
        CREAMAILER_SECRET=service.secret,
        CREAMAILER_LIST=service.list_id,
        CREAMAILER_URL=service.url,
    )


def test_the_list_is_read_then_newcomers_are_put_on_it_once(
    configured: Shell, service: FakeCreamailer
) -> None:
    early = configured("creamailer", "push", "--yes", DELIVERY_MODE="live", SLACK_BOT_TOKEN="x")
    assert (early.code, "creamailer sync` first" in early.err) == (1, True)
    assert configured("creamailer", "sync").out == "the list: active 1\n"
    dry = configured("creamailer", "push", "--dry-run")
    assert dry.out == "1 contacts would be put on the list; nothing was changed\n"
    preview = configured("creamailer", "push", "--yes")
    assert (preview.code, "nothing leaves" in preview.err) == (1, True)
    assert "bob@example.org" not in service.subscribers
    live = partial(configured, "creamailer", "push", "--yes", DELIVERY_MODE="live", SLACK_BOT_TOKEN="x")
    assert live().out == "1 contacts were put on the list\n"
    assert live().out == "0 contacts were put on the list\n"
    assert service.subscribers["bob@example.org"] == "active"


def test_requests_are_remembered_from_command_to_command(configured: Shell, service: FakeCreamailer) -> None:
    service.answer_with(429, Retry_After="600")
    said = configured("creamailer", "sync")
    assert "Creamailer asks us to wait: the rest follows after" in said.out
    assert configured("creamailer", "sync").out == said.out
    assert service.requests == []


def test_what_is_wrong_is_said_in_a_sentence(
    configured: Shell, shell: Shell, service: FakeCreamailer
) -> None:
    said = shell("creamailer", "sync")
    assert (said.code, "CREAMAILER_TOKEN, CREAMAILER_SECRET and CREAMAILER_LIST" in said.err) == (1, True)
    service.answer_with(401)
    said = configured("creamailer", "sync")
    assert (said.code, "check CREAMAILER_TOKEN" in said.err) == (1, True)
    assert service.secret not in said.err + said.out
