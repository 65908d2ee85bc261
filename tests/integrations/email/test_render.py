"""The preview is the mail itself."""

from __future__ import annotations

from bot.contracts import Shown
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import message, outgoing, part, sent


def test_the_preview_shows_what_would_arrive(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    sender = sender_for(smtp)
    delivery = outgoing(messages=(message(body=".alku\n\n.\n\nloppu"),), reason=".syy")
    shown = sender.render(delivery)
    assert smtp.connections == 0
    mail = sent(smtp, sender, delivery)
    assert shown.title == mail.message["Subject"]
    assert shown.html == part(mail, "html")
    assert shown.text == part(mail, "plain")
    assert 'To: "Alice" <alice@example.org>\n' in shown.source
    assert "\nSubject: =?utf-8?" in shown.source
    assert "\nList-Unsubscribe-Post: " in shown.source


def test_a_picture_that_stands_elsewhere_is_shown_and_said_in_words(
    smtp: FakeSmtp, sender_for: SenderFor
) -> None:
    address = "https://silta.example.org/files/a"
    shown = Shown(url=address, media_type="image/png", alt='A "bridge"\r\nat night')
    rendered = sender_for(smtp).render(outgoing(messages=(message(shown=(shown,)),)))
    assert f'src="{address}"' in rendered.html
    assert 'alt="A &quot;bridge&quot; at night"' in rendered.html
    assert f'A "bridge" at night\n{address}' in rendered.text


def test_a_bad_address_can_still_be_previewed(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    shown = sender_for(smtp).render(outgoing(address="alice\r\nBcc: bob@example.org"))
    assert "Vähähiilisyyden haku" in shown.html
    assert "To:" not in shown.source.split()
    assert "\nBcc" not in shown.source


def test_the_letters_before_an_at_can_be_previewed(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    assert "<älice@example.org>" in sender_for(smtp).render(outgoing(address="älice@example.org")).source
