"""From a mail that went out, over a reader's reply in the mailbox, to the confirmation they get."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.fakes.imap import FakeImap
from tests.integrations.mailbox.samples import arf, dsn
from tests.town import OpenTown, Town, text_of

ALICE = "alice@example.org"


@pytest.fixture
def imap() -> Iterator[FakeImap]:
    with FakeImap() as server:
        yield server


@pytest.fixture
def town(open_town: OpenTown, imap: FakeImap) -> Town:
    town = open_town(
        imap_host="127.0.0.1", imap_port=imap.port, imap_username="silta", imap_password="secret",
        imap_security="none",
    )  # fmt: skip
    town.publish()
    return town


def reply_to(mail: EmailMessage, text: str, sender: str = ALICE) -> bytes:
    """A reply as a mail program writes it, with the whole mail quoted."""
    reply = EmailMessage()
    reply["From"], reply["To"], reply["Subject"] = sender, mail["From"], f"Re: {mail['Subject']}"
    reply["Message-ID"], reply["In-Reply-To"] = f"<{len(text)}.{sender}>", mail["Message-ID"]
    reply["References"] = mail["Message-ID"]
    quoted = "\n".join(f"> {line}" for line in text_of(mail).splitlines())
    reply.set_content(f"{text}\n\nti 24.11.2026 klo 12.00 Silta <silta@example.org> kirjoitti:\n{quoted}\n")
    return reply.as_bytes()


def key_of(mail: EmailMessage) -> str:
    return str(mail["Message-ID"]).strip("<>").partition("@")[0]


def a_minute_later(town: Town) -> None:
    town.hand.advance(61)
    town.settle()


def test_a_reply_is_done_confirmed_and_marked(town: Town, imap: FakeImap) -> None:
    (notice,) = town.mails(ALICE)
    imap.put(reply_to(notice, "Kiinnostaa!"))
    a_minute_later(town)
    _, confirmation = town.mails(ALICE)
    assert confirmation["Subject"].endswith("Merkitsimme: Kiinnostaa")
    assert "Vähähiilinen Tampere" in text_of(confirmation)
    assert confirmation["Auto-Submitted"] == "auto-generated"
    assert imap.flags() == [{r"\Seen"}]
    a_minute_later(town)
    assert len(town.mails(ALICE)) == 2
    assert "1 of 1 city has answered" in town.client.get("/items/1").text


def test_a_reply_to_the_confirmation_changes_the_answer(town: Town, imap: FakeImap) -> None:
    imap.put(reply_to(town.mails(ALICE)[0], "Kiinnostaa!"))
    a_minute_later(town)
    imap.put(reply_to(town.mails(ALICE)[1], "Ei meille"))
    a_minute_later(town)
    assert town.mails(ALICE)[2]["Subject"].endswith("Merkitsimme: Ei meille")


def test_a_bounce_over_imap_pauses_the_address(town: Town, imap: FakeImap) -> None:
    imap.put(dsn(key=key_of(town.mails(ALICE)[0])))
    a_minute_later(town)
    town.publish(external_id="another")
    assert len(town.mails(ALICE)) == 1
    assert imap.flags() == [{r"\Seen"}]


def test_a_complaint_over_imap_stops_all_messages(town: Town, imap: FakeImap) -> None:
    imap.put(arf(key=key_of(town.mails(ALICE)[0])))
    a_minute_later(town)
    town.publish(external_id="another")
    assert len(town.mails(ALICE)) == 1


def test_a_letter_for_people_is_flagged_and_left_to_them(town: Town, imap: FakeImap) -> None:
    imap.put(b"From: mayor@example.org\nSubject: A question\n\nMay I call you?\n")
    a_minute_later(town)
    assert imap.flags() == [{r"\Seen", r"\Flagged"}]


@pytest.mark.parametrize("command", ["STORE", "FETCH", "LOGIN", "SEARCH"])
def test_a_mailbox_that_breaks_anywhere_loses_and_doubles_nothing(
    town: Town, imap: FakeImap, command: str
) -> None:
    imap.put(reply_to(town.mails(ALICE)[0], "Kiinnostaa!"))
    imap.drop_at = command
    a_minute_later(town)
    imap.drop_at = ""
    for _ in range(5):
        a_minute_later(town)
    assert len(town.mails(ALICE)) == 2
    assert imap.flags() == [{r"\Seen"}]


def test_our_own_mail_in_the_mailbox_does_nothing(town: Town, imap: FakeImap) -> None:
    imap.put(town.mails(ALICE)[0].as_bytes())
    a_minute_later(town)
    assert len(town.mails(ALICE)) == 1
