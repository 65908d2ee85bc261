"""Which addresses a mail can go to, and that a bad one harms nobody else."""

from __future__ import annotations

import pytest

from bot.contracts import Sent, Undeliverable
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import outgoing

BAD = [
    "",
    "alice",
    "@example.org",
    "alice@",
    "alice@example.org\r\nRCPT TO:<bob@example.org>",
    "alice\r\n@example.org",
    "alice@exam\nple.org",
    "alice smith@example.org",
    "alice@exa mple.org",
    "alice@bob@example.org",
    "<alice@example.org>",
    "alice@example.org> SIZE=1",
    "Alice <alice@example.org>",
    '"alice"@example.org',
    "alice..a@example.org",
    ".alice@example.org",
    "alice,bob@example.org",
    "alice@-example.org",
    "alice@example..org",
    "alice@[127.0.0.1]",
    "alice@" + "a" * 64 + ".org",
    "a" * 65 + "@example.org",
    "alice@" + "a." * 130 + "org",
    "alice@" + "ä." * 80 + "fi",
    "alice\x00@example.org",
    "alice\ud800@example.org",
    "alice@exa\ud800mple.org",
    "alice\u202e@example.org",
    "alice@\u2025.org",
]


@pytest.mark.parametrize("address", BAD, ids=[repr(address)[:40] for address in BAD])
def test_a_bad_address_is_undeliverable_and_the_next_mail_goes(
    smtp: FakeSmtp, sender_for: SenderFor, address: str
) -> None:
    outcomes = list(sender_for(smtp).send([outgoing(address=address), outgoing("bob")]))
    assert isinstance(outcomes[0], Undeliverable), outcomes[0]
    assert isinstance(outcomes[1], Sent)
    assert [mail.recipient for mail in smtp.mails] == ["bob@example.org"]
    assert smtp.commands["RCPT"] == 1


GOOD = {
    "alice+silta@example.org": "alice+silta@example.org",
    "O'Alice_b%c@EXAMPLE.org": "O'Alice_b%c@example.org",
    "alice@kääntöpiiri.fi": "alice@xn--kntpiiri-0zaa4r.fi",
    "alice@KÄÄNTÖPIIRI.FI": "alice@xn--kntpiiri-0zaa4r.fi",
    "alice@straße.de": "alice@xn--strae-oqa.de",
    "alice@xn--kntpiiri-0zaa4r.fi": "alice@xn--kntpiiri-0zaa4r.fi",
    "alice@localhost": "alice@localhost",
    " alice@example.org ": "alice@example.org",
    "älice@example.org": "älice@example.org",
    "राम@उदाहरण.परीक्षा": "राम@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g",
    "用户@例え.jp": "用户@xn--r8jz45g.jp",
}


@pytest.mark.parametrize(("address", "envelope"), GOOD.items())
def test_a_good_address_stands_in_envelope_and_header(
    smtp: FakeSmtp, sender_for: SenderFor, address: str, envelope: str
) -> None:
    (outcome,) = sender_for(smtp).send([outgoing(address=address, name="Älice")])
    assert isinstance(outcome, Sent)
    (mail,) = smtp.mails
    assert mail.recipient == envelope
    assert mail.message["To"].addresses[0].display_name == "Älice"
    assert f" <{envelope}>\r\n".encode() in mail.raw.partition(b"\r\n\r\n")[0]


def test_letters_before_the_at_need_a_server_that_takes_them(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.without("SMTPUTF8")
    outcomes = list(sender_for(smtp).send([outgoing(address="älice@example.org"), outgoing("bob")]))
    assert outcomes[0] == Undeliverable("the mail server does not take letters such as ä before the @")
    assert isinstance(outcomes[1], Sent)
    assert smtp.commands["MAIL"] == 1


def test_an_ordinary_address_asks_for_nothing_special(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.without("SMTPUTF8", "8BITMIME", "SIZE", "ENHANCEDSTATUSCODES")
    (outcome,) = sender_for(smtp).send([outgoing(address="alice@kääntöpiiri.fi", name="Älice Öö")])
    assert isinstance(outcome, Sent)
    assert smtp.mails[0].raw.isascii()
