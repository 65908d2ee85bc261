"""The whole way of a letter through a real IMAP server, which dies in the middle."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.contracts import MailboxFault
from bot.store.sources import Source
from integrations.mailbox import ImapMailbox, MailboxOptions
from tests.dovecot import Dovecot, why_not
from tests.integrations.howspace_letters import LOGIN, SECRET, letter
from tests.integrations.mailbox.samples import dsn, reply
from tests.town import OpenTown

ALICE = "alice@example.org"
WHY_NOT = why_not()


@pytest.fixture
def dovecot(record_property: Any) -> Iterator[Dovecot]:
    if WHY_NOT:
        record_property("figures", WHY_NOT)
        pytest.skip(WHY_NOT)
    folder = Path(
        tempfile.mkdtemp(prefix="silta-dovecot-")
    )  # short: its sockets have paths of 100 characters
    folder.chmod(0o755)
    server = Dovecot(folder)
    server.start()
    yield server
    server.kill()
    shutil.rmtree(folder)


def test_letters_are_read_and_marked_and_its_death_is_said_in_a_sentence(dovecot: Dovecot) -> None:
    options = {"host": "127.0.0.1", "port": dovecot.port, "username": "silta", "password": "secret"}
    mailbox = ImapMailbox(MailboxOptions.model_validate({**options, "security": "none", "timeout": 5}))
    dovecot.put(reply("one"), dsn(), letter("ä" * 400_000))
    arrived = list(mailbox.unseen())
    assert [each.raw.replace(b"\r\n", b"\n") for each in arrived[:2]] == [reply("one"), dsn()]
    assert dovecot.flags() == [set(), set(), set()]
    mailbox.mark_seen([arrived[0].number])
    mailbox.mark_seen([arrived[1].number], flag=True)
    assert dovecot.flags() == [{r"\Seen"}, {r"\Seen", r"\Flagged"}, set()]
    reading = mailbox.unseen()
    next(reading)
    dovecot.kill()
    with pytest.raises(MailboxFault):
        mailbox.mark_seen([arrived[2].number])
    mailbox.close()
    dovecot.start()
    assert [each.number for each in mailbox.unseen()] == [arrived[2].number]
    mailbox.close()


def test_a_reply_a_bounce_and_a_workspaces_letter_survive_its_death(
    dovecot: Dovecot, open_town: OpenTown, tmp_path: Path
) -> None:
    town = open_town(
        imap_host="127.0.0.1", imap_port=dovecot.port, imap_username="silta", imap_password="secret",
        imap_security="none",
    )  # fmt: skip
    with town.house.database.writing() as session:
        row = Source(name="acme", kind="howspace", cursor={}, created_at=clock.now())
        row.options = {
            "senders": "howspace.com", "hosts": "acme.howspace.com", "authserv": "mx.example.org",
            "automations": True,
        }  # fmt: skip
        row.defaults = {"kind": "announcement", "cities": ["tampere"]}
        session.add(row)
    town.publish()
    (notice,) = town.mails(ALICE)
    key = str(notice["Message-ID"]).strip("<>").partition("@")[0]
    dovecot.put(reply("Kiinnostaa!", sender=ALICE, key=key), letter(f"Kokous on torstaina.\n{LOGIN}"))
    dovecot.kill()
    town.hand.advance(61)
    town.settle()
    assert len(town.mails(ALICE)) == 1
    dovecot.start()
    for _ in range(5):  # it is asked again after a growing while
        town.hand.advance(61)
        town.settle()
    subjects = sorted(str(mail["Subject"]) for mail in town.mails(ALICE)[1:])
    assert len(subjects) == 2
    assert "Kokous perjantaina" in subjects[0] + subjects[1]
    assert "Merkitsimme: Kiinnostaa" in subjects[0] + subjects[1]
    dovecot.put(dsn(key=key))
    town.hand.advance(61)
    town.settle()
    town.publish(external_id="another")
    assert len(town.mails(ALICE)) == 3
    assert dovecot.flags() == [{r"\Seen"}] * 3
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept
