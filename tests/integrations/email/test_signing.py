"""The way back of a mail that cannot be delivered (VERP), and the signature that proves its sender (DKIM)."""

from __future__ import annotations

import base64
import re
import subprocess
from functools import cache

import dkim
import pytest

from bot.contracts import PURPOSES, Misconfigured, Sent
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import digest, message, outgoing, part, sent

BOUNCES = "silta-bounces@bounces.example.org"


@cache
def _key() -> tuple[str, bytes]:
    """A private key in PEM, and the DNS record that publishes the other half."""
    pem = subprocess.run(["openssl", "genrsa", "2048"], capture_output=True, check=True).stdout
    public = ["openssl", "rsa", "-pubout", "-outform", "DER"]
    der = subprocess.run(public, input=pem, capture_output=True, check=True).stdout
    return pem.decode(), b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def _looked_up(name: bytes, timeout: int = 5) -> bytes | None:
    return _key()[1] if name == b"silta1._domainkey.example.org." else None


def test_what_cannot_be_delivered_comes_back_with_its_key(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp, bounce_to=BOUNCES)
    mail = sent(smtp, sender, outgoing(key="ab12-77-Zk3v9c"))
    assert mail.sender == "silta-bounces+ab12-77-Zk3v9c@bounces.example.org"
    assert mail.message["From"] == "Innokaupungit <silta@example.org>"


@pytest.mark.parametrize("key", ["x" * 60, "a b", "a@b", "x>\r\nRCPT TO:<bob@example.org>", "ä", ""])
def test_a_key_that_no_address_may_hold_stays_out_of_it(
    smtp: FakeSmtp, sender_for: SenderFor, key: str
) -> None:
    mail = sent(smtp, sender_for(smtp, bounce_to=BOUNCES), outgoing(key=key))
    assert mail.sender == BOUNCES
    assert mail.recipient == "alice@example.org"


def test_each_reader_has_a_way_back_of_their_own(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    list(sender_for(smtp, bounce_to=BOUNCES).send([outgoing("alice"), outgoing("bob")]))
    assert [mail.sender.partition("@")[0] for mail in smtp.mails] == [
        "silta-bounces+key-alice", "silta-bounces+key-bob"
    ]  # fmt: skip


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_verifier_finds_every_purpose_signed(smtp: FakeSmtp, sender_for: SenderFor, purpose: str) -> None:
    said = digest() if purpose == "digest" else message(purpose=purpose, body=".\n\nÄ = .\n\n..")
    sender = sender_for(smtp, dkim_key=_key()[0], dkim_selector="silta1", reply_to="Bob <bob@example.org>")
    mail = sent(smtp, sender, outgoing(messages=(said,)))
    assert dkim.verify(mail.raw, dnsfunc=_looked_up)
    assert not dkim.verify(mail.raw.replace(b"Subject: ", b"Subject: x"), dnsfunc=_looked_up)
    assert not dkim.verify(mail.raw.replace(b"</body>", b"</body >"), dnsfunc=_looked_up)


def test_the_signature_covers_who_what_when_and_the_way_out(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp, dkim_key=_key()[0], dkim_selector="silta1")
    signature = sent(smtp, sender, outgoing()).message["DKIM-Signature"]
    fields = re.sub(r"\s", "", signature)
    assert "c=relaxed/relaxed" in fields
    assert "d=example.org" in fields
    (signed,) = re.findall(r";h=([^;]+);", fields)
    assert set(signed.split(":")) == {
        "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "auto-submitted",
        "list-id", "list-unsubscribe", "list-unsubscribe-post",
    }  # fmt: skip


def test_readers_of_one_content_each_get_a_signature_that_holds(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    sender = sender_for(smtp, dkim_key=_key()[0], dkim_selector="silta1")
    assert [type(each) for each in sender.send([outgoing("alice"), outgoing("bob")])] == [Sent, Sent]
    assert all(dkim.verify(mail.raw, dnsfunc=_looked_up) for mail in smtp.mails)
    assert "bob" in part(smtp.mails[1], "plain")


@pytest.mark.parametrize("key", ["nonsense", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_key_that_is_none_stops_the_sender_and_says_so(
    smtp: FakeSmtp, sender_for: SenderFor, key: str
) -> None:
    sender = sender_for(smtp, dkim_key=key, dkim_selector="silta1")
    (outcome,) = sender.send([outgoing()])
    assert isinstance(outcome, Misconfigured)
    (fault,) = sender.check()
    assert "DKIM_KEY_FILE is not an RSA key" in outcome.reason == fault
    assert "openssl genrsa" in fault
    assert smtp.connections == 0
    assert sender.render(outgoing()).title  # the preview still shows the mail
