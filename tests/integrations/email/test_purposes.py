"""Each purpose has its own look and its own parts, in text as in HTML."""

from __future__ import annotations

import re

import pytest

from bot.contracts import PURPOSES, Action, Purpose, Rejected, Section
from integrations.email.looks import LOOKS
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import ANSWERS, digest, entry, message, outgoing, part, sent


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_purpose_has_a_look_of_its_own(smtp: FakeSmtp, sender_for: SenderFor, purpose: Purpose) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(purpose=purpose),)))
    html = part(mail, "html")
    assert LOOKS[purpose].accent in html
    others = {look.accent for name, look in LOOKS.items() if name != purpose}
    assert not [colour for colour in others if colour in html]
    assert LOOKS[purpose].dark in html  # in dark mode too


def test_what_is_urgent_looks_alarming_whatever_it_is(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(purpose="reminder", urgent=True),)))
    assert LOOKS["alert"].accent in part(mail, "html")
    assert LOOKS["reminder"].accent not in part(mail, "html")


def _brightness(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_brightness(one), _brightness(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("purpose", PURPOSES)
def test_every_colour_can_be_read_in_light_and_dark(purpose: Purpose) -> None:
    look = LOOKS[purpose]
    pairs = [
        (look.accent, "#ffffff"),
        (look.accent, look.tint),
        (look.dark, "#1b222b"),
        (look.dark, look.dark_tint),
        (look.dark, "#0b1a2b"),
    ]
    assert all(_contrast(*pair) >= 4.5 for pair in pairs)


def test_a_correction_begins_with_what_changed(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    changes = ("Määräaika siirtyi 15:stä 29. tammikuuta", "Määrä nousi")
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(message(purpose="correction", changes=changes),)))
    plain, html = part(mail, "plain"), part(mail, "html")
    listed = "Mikä muuttui:\n* Määräaika siirtyi 15:stä 29. tammikuuta\n* Määrä nousi\n"
    assert plain.index(listed) < plain.index("Haku päättyy:")
    assert html.index("Mikä muuttui") < html.index("Määrä nousi</li>") < html.index("Haku päättyy</th>")


def test_answers_lead_behind_the_readers_own_link(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    remind = Action(label="Muistuta", url="/remind/12", personal="page")
    call = message(actions=(*message().actions, *ANSWERS, remind))
    letters = [outgoing(who, messages=(call,)) for who in ("alice", "bob")]
    list(sender_for(smtp).send(letters))
    for who, mail in zip(("alice", "bob"), smtp.mails, strict=True):
        own = f"https://silta.example/m/{who}"
        for ending in ("/answer/12?as=interested", "/answer/12?as=not_for_us", "/remind/12"):
            assert f'href="{own}{ending}"' in part(mail, "html")
            assert f": {own}{ending}\n" in part(mail, "plain")
        assert re.findall(r"/m/(\w+)", part(mail, "html") + part(mail, "plain")).count(who) == 8


def test_without_a_link_of_their_own_a_reader_gets_no_answers(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    call = message(actions=(*message().actions, *ANSWERS))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(call, digest()), links={}))
    for kind in ("plain", "html"):
        assert "Kiinnostaa" not in part(mail, kind)
        assert "/answer" not in part(mail, kind)
        assert "Avaa haku" in part(mail, kind)


def test_what_follows_a_personal_link_cannot_break_out(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    bad = '/answer/1?as=x"><script>\r\nBcc: bob@example.org'
    call = message(actions=(Action(label="Kiinnostaa", url=bad, personal="page"),))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(call,)))
    assert "<script>" not in part(mail, "html")
    assert "Bcc" not in mail.message
    assert "as=x%22%3E%3Cscript%3E%20Bcc:%20bob@example.org\n" in part(mail, "plain")


def test_a_digest_has_its_sections_in_both_parts(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    changed = entry(3, made_by="mistral-small", notes=("Päättyy 3 päivän kuluttua",), actions=())
    summary = digest(
        *digest().sections, Section(title="Muuttunut", entries=(changed,)), preheader="Kaksi uutta hakua"
    )
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(summary,)))
    plain, html = part(mail, "plain"), part(mail, "html")
    assert (
        "\nUutta\n=====\n\n"
        "* Haku 1 (Rahoitushaku)\n"
        "  Päättyy: 15. tammikuuta 2027\n"
        "  Kaupungeille, jotka kehittävät palveluja.\n"
        "  https://example.org/haku/1\n"
        "  Kiinnostaa: https://silta.example/m/alice/answer/1?as=interested\n" in plain
    )
    assert "ja 12 muuta:\nhttps://silta.example/m/alice/items\n" in plain
    assert "palveluja. (Kielimallin tiivistelmä ·\n  mistral-small)" in plain
    assert re.findall(r"<h[123][^>]*>(?:<a[^>]*>)?([^<]+)", html) == [
        "Viikkosi: 2 uutta hakua", "Uutta", "Haku 1", "Haku 2", "Muuttunut", "Haku 3", "Miksi sait tämän viestin"
    ]  # fmt: skip
    assert 'href="https://silta.example/m/alice/answer/2?as=not_for_us"' in html
    assert "Päättyy 3 päivän kuluttua" in html
    assert "Kielimallin tiivistelmä · mistral-small" in html
    assert html.index("Kaksi uutta hakua") < html.index("Innokaupungit")  # shown beside the subject


def test_a_sign_in_mail_has_one_way_in_and_no_list_to_leave(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    way_in = Action(label="Kirjaudu", url="", personal="sign_in", primary=True)
    links = outgoing().links | {"sign_in": "https://silta.example/sign-in/abc"}
    said = message(purpose="sign-in", facts=(), actions=(way_in,), notes=("Jos et pyytänyt tätä, ohita.",))
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(said,), links=links))
    for name in ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Precedence"):
        assert name not in mail.message
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert re.findall(r'href="([^"]+)"', part(mail, "html")) == ["https://silta.example/sign-in/abc"]
    assert re.findall(r"https?://\S+", part(mail, "plain")) == ["https://silta.example/sign-in/abc"]


def test_a_message_that_cannot_be_drawn_is_refused_with_the_reason_and_the_next_one_goes(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    broken = message(picture={"png": "bm90IGEgcGljdHVyZQ==", "alt": "", "width": 1, "height": 1})
    refused, good = sender_for(smtp).send([outgoing(messages=(broken,)), outgoing("bob")])
    assert isinstance(refused, Rejected)
    assert refused.reason == "the mail cannot be composed: ValueError: the picture is not a PNG"
    assert type(good).__name__ == "Sent"
