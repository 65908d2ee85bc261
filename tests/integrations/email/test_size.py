"""No mail has more HTML than Gmail shows: first summaries go, then items that the reader's page has."""

from __future__ import annotations

from bot.contracts import Action, Fact, Section
from integrations.email.template import HTML_LIMIT
from tests.fakes.smtp import FakeSmtp
from tests.integrations.email.conftest import SenderFor
from tests.integrations.email.letters import digest, entry, message, outgoing, part, sent

LONG = "Tukea myönnetään kaupungeille, jotka kehittävät palveluja yhdessä. " * 12


def _sections(count: int, entries: int, **changes: object) -> list[Section]:
    return [
        Section(
            title=f"Osa {at}", entries=tuple(entry(at * 100 + number, **changes) for number in range(entries))
        )
        for at in range(count)
    ]


def test_an_ordinary_digest_is_told_whole(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(digest(*_sections(6, 5)),)))
    html = part(mail, "html")
    assert html.count("Kaupungeille, jotka") == html.count("/answer/") / 2 == 30
    assert len(html.encode()) < HTML_LIMIT


def test_a_big_digest_loses_its_summaries_and_no_item(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(digest(*_sections(7, 10, summary=LONG)),)))
    html = part(mail, "html")
    assert "Tukea myönnetään" not in html + part(mail, "plain")
    assert html.count("https://example.org/haku/") == 70
    assert len(html.encode()) <= HTML_LIMIT


def test_a_huge_digest_leads_to_the_rest(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(digest(*_sections(7, 300)),)))
    html = part(mail, "html")
    assert len(html.encode()) <= HTML_LIMIT
    assert 7 * 2 <= html.count("https://example.org/haku/") < 7 * 300
    assert html.count('href="https://silta.example/m/alice/items"') == 7
    assert "Lue lisää:\nhttps://silta.example/m/alice/items" in part(mail, "plain")


def test_whatever_a_message_holds_its_mail_stays_small(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    word = "&" * 3_000
    action = Action(label=word, url="https://example.org/" + "ä" * 3_000)
    facts = tuple(Fact(label=word, text=word) for _ in range(300))
    large = entry(title=word, label=word, url="https://example.org/" + word, summary=word, facts=facts,
                  notes=(word,) * 50, actions=(action,) * 50)  # fmt: skip
    hostile = digest(
        *(Section(title=word, entries=(large,) * 30),) * 30, body="**<** " * 8_000, changes=(word,) * 300,
        facts=facts, notes=(word,) * 300, actions=(action,) * 300,
    )  # fmt: skip
    mail = sent(smtp, sender_for(smtp), outgoing(messages=(hostile, hostile, hostile)))
    html = part(mail, "html")
    assert len(html.encode()) <= HTML_LIMIT
    assert 'href="https://silta.example/unsubscribe/alice"' in html


def test_a_long_body_is_cut_at_a_word(smtp: FakeSmtp, sender_for: SenderFor) -> None:
    mail = sent(
        smtp, sender_for(smtp), outgoing(messages=(message(body="[sana](https://example.org) " * 1_700),))
    )
    html = part(mail, "html")
    assert len(html.encode()) <= HTML_LIMIT
    assert "…" in html
    assert "Avaa haku" in html
