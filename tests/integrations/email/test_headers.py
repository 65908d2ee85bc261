"""What stands above a mail, read back as a mail program reads it."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

import pytest

from bot import clock
from bot.contracts import Sent
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import message, outgoing, part, sent


def test_a_mail_says_who_writes_to_whom_about_what_and_why(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp, reply_to="Äänekäs <vastaa@example.org>")
    mail = sent(smtp, sender, outgoing(name="Älice Öster"))
    head = mail.message
    assert (mail.sender, mail.recipient) == ("silta@example.org", "alice@example.org")
    assert head["From"] == "Innokaupungit <silta@example.org>"
    assert head["To"] == "Älice Öster <alice@example.org>"
    assert head["Reply-To"] == "Äänekäs <vastaa@example.org>"
    assert head["Subject"] == "Rahoitushaku: Vähähiilisyyden haku on auki Tampereella"
    assert head["List-Id"] == "<silta.example.org>"
    assert head["List-Unsubscribe"] == "<https://silta.example/unsubscribe/alice>"
    assert head["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert head["Auto-Submitted"] == "auto-generated"
    assert head["Content-Language"] == "fi"
    assert abs((parsedate_to_datetime(head["Date"]) - clock.now()).total_seconds()) < 60
    assert head.get_content_type() == "multipart/alternative"
    assert [item.get_content_type() for item in head.iter_parts()] == ["text/plain", "text/html"]


def test_a_conversation_without_links_gets_no_unsubscribe(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(links={}, name=""))
    assert "List-Unsubscribe" not in mail.message
    assert "List-Unsubscribe-Post" not in mail.message
    assert mail.message["To"] == "alice@example.org"


def test_the_message_id_is_the_same_at_every_attempt(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    smtp.answer(".", "451 4.2.0 later", times=1)
    first, second = sender_for(smtp), sender_for(smtp)
    list(first.send([outgoing()]))
    (outcome,) = second.send([outgoing()])
    sent(smtp, first, outgoing())
    assert [mail.message_id for mail in smtp.mails] == ["<key-alice@example.org>"] * 2
    assert outcome == Sent({})


@pytest.mark.parametrize("key", ["a b", "x>\r\nBcc: bob@example.org", "", "ä", "a@b", "\ud800"])
def test_a_key_that_no_message_id_may_hold_still_gives_the_same_one(
    smtp: FakeSmtp, sender_for: SenderFor, key: str
) -> None:
    sender = sender_for(smtp)
    one, two = (sent(smtp, sender, outgoing(key=key)) for _ in range(2))
    assert re.fullmatch(r"<[0-9a-f]{40}@example\.org>", one.message_id)
    assert one.message_id == two.message_id
    assert "Bcc" not in one.message


NAMES = [
    ("Alice", "Alice"),
    ("Åke <script>alert(1)</script>", "Åke <script>alert(1)</script>"),
    ("Alice\r\nBcc: bob@example.org", "Alice Bcc: bob@example.org"),
    ('Alice "Al" \\ Smith', 'Alice "Al" \\ Smith'),
    ("Alice, Bob <bob@example.org>", "Alice, Bob <bob@example.org>"),
    ("=?utf-8?q?Bob?=", "=?utf-8?q?Bob?="),
    ("مريم \u202egnp.exe", "مريم gnp.exe"),
    ("👩‍🔬 Alice", "👩‍🔬 Alice"),
    ("\x00A\x07lice\ud800", "Alice\ufffd"),
    (" \t ", ""),
]


@pytest.mark.parametrize(("name", "shown"), NAMES, ids=[repr(name)[:24] for name, _ in NAMES])
def test_no_name_can_break_out_of_its_header(
    smtp: FakeSmtp, sender_for: SenderFor, name: str, shown: str
) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(name=name))
    (to,) = mail.message["To"].addresses
    assert (to.display_name, to.addr_spec) == (shown, "alice@example.org")
    assert "Bcc" not in mail.message


def test_a_long_name_is_cut_and_encoded_in_words_of_legal_length(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(name="👩‍🔬 Alice " + "ö" * 200))
    # Not by policy.default: before Python 3.13 it puts spaces between the words of a long name.
    words = message_from_bytes(mail.raw)["To"]
    assert str(make_header(decode_header(words))) == "👩‍🔬 Alice " + "ö" * 89 + "… <alice@example.org>"
    assert all(len(word) <= 75 for word in words.split())


TITLES = [
    ("Haku\r\nBcc: bob@example.org", "Haku Bcc: bob@example.org"),
    ("=?utf-8?q?Hidden?= title", "=?utf-8?q?Hidden?= title"),
    ("<b>Haku</b> & <!channel>", "<b>Haku</b> & <!channel>"),
    ("عنوان \u202eآخر", "عنوان آخر"),
    ("🎉" * 60, "🎉" * 60),
    ("\x00Ha\x1bku\u2028auki", "Haku auki"),
]


@pytest.mark.parametrize(("title", "shown"), TITLES, ids=[repr(title)[:24] for title, _ in TITLES])
def test_no_title_can_break_out_of_the_subject(
    smtp: FakeSmtp, sender_for: SenderFor, title: str, shown: str
) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(title=title, label=""),)))
    assert mail.message["Subject"] == shown
    assert "Bcc" not in mail.message
    head = mail.raw.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78


def test_a_long_title_is_cut_at_a_word_in_the_subject_only(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    title = " ".join(["kaupunkikehittäminen"] * 24)
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(title=title),)))
    assert len(mail.message["Subject"]) <= 250
    assert mail.message["Subject"].endswith("kaupunkikehittäminen…")
    assert title in part(mail, "html")


def test_urgency_is_marked_for_people_and_for_programs(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp)
    calm = sent(smtp, sender, outgoing())
    urgent = sent(smtp, sender, outgoing(messages=(message(urgent=True),)))
    assert (calm.message["Importance"], urgent.message["Importance"]) == (None, "high")
    assert urgent.message["Subject"].startswith("❗ Rahoitushaku: ")


def test_several_languages_are_all_named(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    both = (message(), message(language="sv", title="Utlysningen är öppen"))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=both))
    assert mail.message["Content-Language"] == "fi, sv"
    assert mail.message["Subject"] == "Rahoitushaku: Vähähiilisyyden haku on auki Tampereella"
