"""Letters, told apart: bounces, complaints, replies, and what machines write."""

from __future__ import annotations

import random
import re

import pytest

from bot.contracts import Automatic, Bounce, Complaint, MailReply
from integrations.mailbox import LIMIT, read
from tests.integrations.mailbox.samples import KEY, arf, dsn, qmail, reply


def about(raw: bytes) -> object:
    return read(raw).about


@pytest.mark.parametrize("given_back", ["text/rfc822-headers", "message/rfc822", "message/rfc822-headers"])
def test_a_bounce_names_the_mail_the_address_and_what_was_said(given_back: str) -> None:
    found = about(dsn(given_back=given_back))
    assert isinstance(found, Bounce)
    if given_back != "message/rfc822-headers":  # a type that nobody registered: the VERP address has to do
        assert KEY in found.keys
    assert (found.recipients, found.lasting) == (("alice@example.org",), True)
    assert "5.1.1" in found.diagnostic
    assert "User unknown" in found.diagnostic


def test_the_return_path_names_the_mail_where_nothing_is_given_back() -> None:
    raw = dsn(to=f"bounce+{KEY}@example.org", key="gone")
    found = about(raw)
    assert isinstance(found, Bounce)
    assert found.keys[0] == KEY


@pytest.mark.parametrize(
    ("action", "status", "lasting"),
    [
        ("failed", "5.1.1", True),
        ("failed", "5.1.10", True),
        ("failed", "5.2.1", True),
        ("failed", "5.0.0", True),
        ("failed", "5.2.2", False),
        ("failed", "5.3.4", False),
        ("failed", "5.7.1", False),
        ("failed", "4.4.1", False),
        ("delayed", "4.4.1", False),
        ("delayed", "5.1.1", False),
    ],
)
def test_what_says_nothing_of_the_address_is_passing(action: str, status: str, lasting: bool) -> None:
    found = about(dsn(action=action, status=status, diagnostic="smtp; 550 no"))
    assert isinstance(found, Bounce)
    assert found.lasting is lasting


@pytest.mark.parametrize(
    "sender", [b"", b"<", b"Postm\xe4stare <postmaster@a.example>", b"\xff\xfe <<@>", b'"', b"a b c@"]
)
def test_a_bounce_of_whatever_sender_is_read_and_nothing_is_said_of_it(
    sender: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    raw = re.sub(rb"(?m)^From: [^\r\n]*", lambda _: b"From: " + sender, qmail(), count=1)
    found = about(raw)
    assert isinstance(found, Bounce)
    assert (found.recipients, found.lasting) == (("alice@example.org",), True)
    assert caplog.records == []


def test_a_success_report_is_no_bounce() -> None:
    assert isinstance(about(dsn(action="delivered", status="2.0.0", diagnostic="smtp; 250 Ok")), Automatic)


def test_a_home_made_bounce_is_read_too() -> None:
    found = about(qmail())
    assert isinstance(found, Bounce)
    assert KEY in found.keys
    assert (found.recipients, found.lasting) == (("alice@example.org",), True)


def test_a_complaint_names_the_mail_and_the_address() -> None:
    found = about(arf())
    assert found == Complaint((KEY,), ("alice@example.org",), "abuse")


def test_a_complaint_may_hide_the_address() -> None:
    assert about(arf(recipient=None)) == Complaint((KEY,), (), "abuse")


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure", ""])
def test_a_report_that_is_no_complaint_does_nothing(kind: str) -> None:
    assert isinstance(about(arf(kind=kind)), Automatic)


def test_a_reply_is_what_its_writer_wrote() -> None:
    assert about(reply()) == MailReply((KEY, "older"), "alice@example.org", "Kiinnostaa!")


@pytest.mark.parametrize(
    "fields",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"Return_Path": "<>"},
        {"List_Id": "<list.example.org>"},
        {"X_Autoreply": "yes"},
        {"Subject": "Automaattinen vastaus: Haku"},
        {"Subject": "Automatiskt svar: Ansökan"},
        {"Subject": "Out of Office: Re: call"},
        {"From": "noreply@example.org"},
        {"From": "MAILER-DAEMON@example.org"},
    ],
)
def test_what_a_machine_writes_is_no_reply(fields: dict[str, str]) -> None:
    assert isinstance(about(reply("kiinnostaa", **fields)), Automatic)


def test_a_person_may_say_that_no_machine_wrote() -> None:
    assert isinstance(about(reply(Auto_Submitted="no")), MailReply)


def test_a_letter_that_answers_nothing_is_none_of_ours() -> None:
    assert about(reply(In_Reply_To="", References="")) is None


def test_two_senders_are_nobody() -> None:
    raw = reply()
    assert about(b"From: Mallory <mallory@example.net>\n" + raw) is None


def test_a_senders_name_cannot_become_an_address() -> None:
    name = "=?utf-8?q?=22x=22_=3Calice=40example=2Eorg=3E=2C?="
    raw = reply().replace(b"From: Alice <alice@example.org>", f"From: {name} <mallory@example.net>".encode())
    found = about(raw)
    assert isinstance(found, MailReply)
    assert found.sender == "mallory@example.net"


@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1", "windows-1252"])
@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
def test_every_encoding_is_read(charset: str, encoding: str) -> None:
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["In-Reply-To"] = "alice@example.org", f"<{KEY}@example.org>"
    mail.set_content("nähty", charset=charset, cte=encoding)
    found = about(mail.as_bytes())
    assert isinstance(found, MailReply)
    assert found.text == "nähty"


@pytest.mark.parametrize("charset", ["x-unknown", "utf-16", "idna", "base64", "undefined", "unicode_escape"])
def test_an_encoding_that_is_wrong_or_no_charset_breaks_nothing(charset: str) -> None:
    raw = reply("nähty").replace(b'charset="utf-8"', f'charset="{charset}"'.encode())
    assert isinstance(about(raw), MailReply)


def test_of_a_huge_letter_only_the_beginning_is_read() -> None:
    quoted = "\n".join(f"> line {number} of what was said before" for number in range(150_000))
    raw = reply(f"Kiinnostaa!\n\nOn Tue, 24 Nov 2026 Silta wrote:\n{quoted}")
    assert len(raw) > 5_000_000
    found = about(raw)
    assert isinstance(found, MailReply)
    assert found.text == "Kiinnostaa!"
    assert read(raw).digest == read(raw[:LIMIT]).digest


def test_a_letter_is_the_same_whatever_way_it_came_and_another_is_another() -> None:
    raw = reply()
    assert read(raw).digest == read(b"Received: from a by b\n" + raw).digest
    assert read(raw).digest == read(raw.replace(b"\n", b"\r\n")).digest
    assert read(raw).digest != read(reply("ei meille")).digest


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 1000,
        b"\n\n\n",
        b"From: \xff\xfe\nIn-Reply-To: <" + KEY.encode() + b"@x>\n\n\xff\xfe",
        b"Content-Type: multipart/report; report-type=delivery-status\n\nno parts",
        b"Content-Type: multipart/report; report-type=feedback-report\n\nno parts",
        b"Content-Type: multipart/mixed; boundary=\n\n--\n--",
        b"From: alice@example.org\nIn-Reply-To: " + b"<" * 100_000 + b"\n\nx",
        b"Subject: =?utf-8?b?!!!?=\nFrom: =?x?y?z?= <a@b>\n\n",
        b"Auto-Submitted: auto-replied\nContent-Type: message/delivery-status\n\nFinal-Recipient: ;;;\n\n",
    ],
)
def test_a_broken_letter_breaks_nothing(raw: bytes) -> None:
    read(raw)


@pytest.mark.parametrize("sample", [dsn(), qmail(), arf(), reply(html="<p>Kiinnostaa</p>")])
def test_a_letter_cut_or_spoiled_anywhere_breaks_nothing(sample: bytes) -> None:
    chance = random.Random(1)
    for _ in range(300):
        spoiled = bytearray(sample[: chance.randrange(len(sample))])
        for _ in range(chance.randrange(5)):
            if spoiled:
                spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        read(bytes(spoiled))
