"""Pictures and calendar files inside a mail, read back as a mail program reads them."""

from __future__ import annotations

import base64
from email.message import EmailMessage

import pytest

from bot.contracts import Attachment, Picture
from tests.fakes.smtp import FakeSmtp
from tests.fakes.smtp_session import Mail
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import PIXEL, message, outgoing, part, sent

PICTURE = Picture(png=PIXEL, alt="Tulevat määräajat: 15. tammikuuta", width=600, height=120)
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Määräaika\r\n.\r\nEND:VCALENDAR\r\n"
ICS = Attachment(
    name="määräaika.ics", media_type="text/calendar; charset=utf-8; method=PUBLISH", text=CALENDAR
)


def _types(part: EmailMessage) -> object:
    kind = part.get_content_type()
    return {kind: [_types(each) for each in part.iter_parts()]} if part.is_multipart() else kind


def _file(mail: Mail) -> EmailMessage:
    (found,) = mail.message.iter_attachments()
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_has_only_the_levels_it_needs(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp)
    both = {"multipart/alternative": ["text/plain", "text/html"]}
    pictured = {"multipart/alternative": ["text/plain", {"multipart/related": ["text/html", "image/png"]}]}
    for more, expected in (
        ({}, both),
        ({"picture": PICTURE}, pictured),
        ({"attachments": (ICS,)}, {"multipart/mixed": [both, "text/calendar"]}),
        ({"picture": PICTURE, "attachments": (ICS,)}, {"multipart/mixed": [pictured, "text/calendar"]}),
    ):
        mail = sent(smtp, sender, outgoing(messages=(message(**more),)))
        assert _types(mail.message) == expected
        assert max(map(len, mail.raw.split(b"\r\n"))) <= 78
        assert part(mail, "plain").rstrip().endswith("https://silta.example/unsubscribe/alice")


def test_a_picture_is_shown_where_it_belongs_and_said_in_words(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    delivery = outgoing(messages=(message(picture=PICTURE),))
    mail = sent(smtp, sender_for(smtp), delivery)
    (image,) = [each for each in mail.message.walk() if each.get_content_type() == "image/png"]
    assert f'src="cid:{image["Content-ID"].strip("<>")}"' in part(mail, "html")
    assert f'alt="{PICTURE.alt}"' in part(mail, "html")
    assert f"\n{PICTURE.alt}\n" in part(mail, "plain")
    assert image.get_content() == base64.b64decode(PIXEL)
    assert image.get_content_disposition() == "inline"
    shown = sender_for(smtp).render(delivery).html  # no mail program resolves a cid in the preview
    assert f"data:image/png;base64,{PIXEL}" in shown
    assert "cid:" not in shown


def test_a_calendar_file_arrives_as_it_was_made(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(attachments=(ICS,)),)))
    found = _file(mail)
    assert found.get_filename() == "määräaika.ics"
    assert dict(found["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    assert found.get_payload(decode=True) == CALENDAR.encode()
    assert b"filename*=utf-8''m%C3%A4%C3%A4r%C3%A4aika.ics" in mail.raw  # RFC 2231


NAMES = {
    "../../etc/passwd": "-..-etc-passwd",
    'a"; filename="b.exe': "a-; filename=-b.exe",
    "a\r\nBcc: bob@example.org\r\n.ics": "a Bcc- bob@example.org .ics",
    "": "file",
    "ä" * 300: "ä" * 79 + "…",
    "\u202esci.exe": "sci.exe",
}


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_no_file_name_breaks_out(smtp: FakeSmtp, sender_for: SenderFor, name: str) -> None:
    ics = ICS.model_copy(update={"name": name})
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(attachments=(ics,)),)))
    assert _file(mail).get_filename() == NAMES[name]
    assert "Bcc" not in mail.message
    assert "Bcc" not in _file(mail)


@pytest.mark.parametrize(
    "kind",
    [
        "text/html\r\nBcc: bob@example.org",
        "application/x-msdownload",
        "",
        "text/calendar; a=\r\nb",
        "x" * 9999,
    ],
)
def test_a_file_of_another_kind_is_only_bytes(smtp: FakeSmtp, sender_for: SenderFor, kind: str) -> None:
    ics = ICS.model_copy(update={"media_type": kind})
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(attachments=(ics,)),)))
    assert _file(mail).get_content_type() == "application/octet-stream"
    assert _file(mail).get_content() == CALENDAR.encode()
    assert "Bcc" not in mail.message
