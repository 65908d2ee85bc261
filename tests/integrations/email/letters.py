"""Messages and deliveries for the mail tests."""

from __future__ import annotations

from typing import Any

from bot.contracts import Action, Entry, Fact, Message, Outgoing, Section, Words
from integrations.email import EmailSender
from tests.fakes.smtp import FakeSmtp
from tests.fakes.smtp_session import Mail

WORDS = Words(
    why="Miksi sait tämän viestin",
    preferences="Muuta asetuksia",
    unsubscribe="Peru viestit",
    network="Innokaupungit",
    more="Lue lisää",
    changed="Mikä muuttui",
    made_by="Kielimallin tiivistelmä",
)
ANSWERS = tuple(
    Action(label=label, url=f"/answer/12?as={answer}", personal="page")
    for label, answer in (("Kiinnostaa", "interested"), ("Ei meille", "not_for_us"))
)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def message(**changes: Any) -> Message:
    """A call for funding in Finnish."""
    values: dict[str, Any] = {
        "language": "fi",
        "label": "Rahoitushaku",
        "title": "Vähähiilisyyden haku on auki Tampereella",
        "body": "Hae **pian**.",
        "facts": (
            Fact(label="Haku päättyy", when="2027-01-15T14:15:00Z"),
            Fact(label="Rahasto", text="EAKR"),
        ),
        "actions": (Action(label="Avaa haku", url="https://example.org/haku?a=1&b=2", primary=True),),
        "words": WORDS,
    }
    return Message(**(values | changes))


def entry(number: int = 1, **changes: Any) -> Entry:
    """An item of a digest, with what a reader may answer."""
    values: dict[str, Any] = {
        "title": f"Haku {number}",
        "label": "Rahoitushaku",
        "url": f"https://example.org/haku/{number}",
        "summary": "Kaupungeille, jotka kehittävät palveluja.",
        "facts": (Fact(label="Päättyy", when="2027-01-15"),),
        "actions": tuple(
            Action(label=label, url=f"/answer/{number}?as={answer}", personal="page")
            for label, answer in (("Kiinnostaa", "interested"), ("Ei meille", "not_for_us"))
        ),
    }
    return Entry(**(values | changes))


def digest(*sections: Section, **changes: Any) -> Message:
    """A digest with these sections, or with one that has two items and leads to more."""
    more = Action(label="ja 12 muuta", url="/items", personal="page")
    given = sections or (Section(title="Uutta", entries=(entry(1), entry(2)), more=more),)
    values: dict[str, Any] = {"label": "Viikkokooste", "title": "Viikkosi: 2 uutta hakua"}
    values |= {"purpose": "digest", "body": "", "facts": (), "actions": (), "sections": given}
    return message(**(values | changes))


def outgoing(who: str = "alice", **changes: Any) -> Outgoing:
    """A delivery to Alice, Bob or Charlie."""
    values: dict[str, Any] = {
        "key": f"key-{who}",
        "address": f"{who}@example.org",
        "name": who.title(),
        "messages": (message(),),
        "reason": "Tampere seuraa aihetta vähähiilisyys",
        "links": {
            "page": f"https://silta.example/m/{who}",
            "unsubscribe": f"https://silta.example/unsubscribe/{who}",
        },
    }
    return Outgoing(**(values | changes))


def sent(smtp: FakeSmtp, sender: EmailSender, delivery: Outgoing) -> Mail:
    """Send one delivery and return the mail that arrived."""
    outcomes = list(sender.send([delivery]))
    assert [type(outcome).__name__ for outcome in outcomes] == ["Sent"], outcomes
    return smtp.mails[-1]


def part(mail: Mail, kind: str) -> str:
    """The decoded text of the mail's `plain` or `html` part."""
    found = mail.message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")
