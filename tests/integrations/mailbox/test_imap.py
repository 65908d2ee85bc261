"""The mailbox over IMAP: a real client against a server that can fail."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from bot.contracts import MailboxFault
from integrations.mailbox import LIMIT, ImapMailbox, MailboxOptions
from tests.fakes.imap import CERTIFICATE, FakeImap
from tests.integrations.mailbox.samples import dsn, reply


@pytest.fixture
def imap() -> Iterator[FakeImap]:
    with FakeImap() as server:
        yield server


def options(imap: FakeImap, **more: Any) -> MailboxOptions:
    stated = {"host": "127.0.0.1", "port": imap.port, "username": "silta", "password": "secret"}
    return MailboxOptions.model_validate({**stated, "security": "none", "timeout": 5, **more})


@pytest.fixture
def mailbox(imap: FakeImap) -> Iterator[ImapMailbox]:
    opened = ImapMailbox(options(imap))
    yield opened
    opened.close()


def test_unseen_letters_come_oldest_first_and_are_not_marked(imap: FakeImap, mailbox: ImapMailbox) -> None:
    imap.put(reply("one"), reply("two"))
    assert [arrived.raw for arrived in mailbox.unseen()] == [reply("one"), reply("two")]
    assert imap.flags() == [set(), set()]


def test_what_is_marked_does_not_come_again(imap: FakeImap, mailbox: ImapMailbox) -> None:
    imap.put(reply("one"), reply("two"), dsn())
    first, second, _ = [arrived.number for arrived in mailbox.unseen()]
    mailbox.mark_seen([first])
    mailbox.mark_seen([second], flag=True)
    mailbox.mark_seen([])
    assert imap.flags() == [{r"\Seen"}, {r"\Seen", r"\Flagged"}, set()]
    assert [arrived.raw for arrived in mailbox.unseen()] == [dsn()]


def test_an_empty_mailbox_is_well(mailbox: ImapMailbox) -> None:
    assert list(mailbox.unseen()) == []


def test_of_a_huge_letter_only_the_beginning_is_fetched(imap: FakeImap, mailbox: ImapMailbox) -> None:
    imap.put(reply("one") + b"x" * 5_000_000)
    (arrived,) = mailbox.unseen()
    assert len(arrived.raw) == LIMIT
    assert imap.sent == LIMIT


def test_it_speaks_tls_to_a_server_it_trusts_and_to_no_other() -> None:
    with FakeImap(tls=True) as imap:
        imap.put(reply())
        trusted = ImapMailbox(options(imap, host="localhost", security="tls", ca_file=CERTIFICATE))
        assert len(list(trusted.unseen())) == 1
        trusted.close()
        (fault,) = ImapMailbox(options(imap, host="localhost", security="tls")).check()
    assert "no TLS that can be trusted" in fault


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"password": "wrong"}, "refused the login: check IMAP_USERNAME and IMAP_PASSWORD"),
        ({"folder": "Elsewhere"}, "no folder 'Elsewhere': check IMAP_FOLDER"),
    ],
)
def test_a_wrong_password_or_folder_is_said_with_its_remedy(
    imap: FakeImap, more: dict[str, str], said: str
) -> None:
    mailbox = ImapMailbox(options(imap, **more))
    (fault,) = mailbox.check()
    assert said in fault
    assert "wrong" not in fault
    with pytest.raises(MailboxFault, match="check IMAP_"):
        list(mailbox.unseen())


def test_nobody_there_is_said_with_its_remedy() -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    mailbox = ImapMailbox(
        MailboxOptions.model_validate({"host": "127.0.0.1", "port": port, "username": "a", "password": "b"})
    )
    (fault,) = mailbox.check()
    assert f"127.0.0.1:{port}" in fault
    assert "check IMAP_HOST" in fault


@pytest.mark.parametrize("command", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_goes_away_is_a_fault_and_the_next_reading_begins_anew(
    imap: FakeImap, mailbox: ImapMailbox, command: str
) -> None:
    imap.put(reply())
    imap.drop_at = command
    with pytest.raises(MailboxFault):
        list(mailbox.unseen())
    imap.drop_at = ""
    assert len(list(mailbox.unseen())) == 1


@pytest.mark.parametrize("command", ["SEARCH", "FETCH", "STORE"])
def test_a_server_that_refuses_is_a_fault(imap: FakeImap, mailbox: ImapMailbox, command: str) -> None:
    imap.put(reply())
    imap.deny = command
    with pytest.raises(MailboxFault):
        mailbox.mark_seen([arrived.number for arrived in mailbox.unseen()])


def test_a_slow_server_is_given_up(imap: FakeImap) -> None:
    imap.delay = 1.0
    (fault,) = ImapMailbox(options(imap, timeout=0.2)).check()
    assert "did not answer" in fault


def test_a_letter_that_another_program_took_away_is_passed_over(imap: FakeImap, mailbox: ImapMailbox) -> None:
    imap.put(reply("one"), reply("two"))
    letters = mailbox.unseen()
    assert next(letters).raw == reply("one")
    del imap.letters[1]
    assert list(letters) == []


def test_its_check_says_nothing_when_all_is_well(imap: FakeImap, mailbox: ImapMailbox) -> None:
    assert mailbox.check() == []
    assert imap.commands["LOGOUT"] == 1
