"""Messages and deliveries for the mail tests."""

from __future__ import annotations

from typing import Any

from bot.contracts import Action, Fact, Message, Outgoing, Words
from integrations.email import EmailSender
from tests.fakes.smtp import FakeSmtp
from tests.fakes.smtp_session import Mail

WORDS = Words(
    why="Miksi sait tämän viestin",
    preferences="Muuta asetuksia",
    unsubscribe="Peru viestit",
    network="Innokaupungit",
    more="Lue lisää",
)


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
