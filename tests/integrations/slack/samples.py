"""Messages and deliveries for the Slack tests, and a client that speaks to the fake."""

from __future__ import annotations

from typing import Any

from bot.clock import When
from bot.contracts import Action, Fact, Language, Message, Outgoing, Words
from integrations.slack.options import SlackOptions
from integrations.slack.sender import SlackSender
from tests.fakes.slack import TOKEN, FakeSlack

WORDS = Words(
    why="Why you get this",
    preferences="Preferences",
    unsubscribe="Unsubscribe",
    network="City network",
    more="More",
)
DEADLINE = When.parse("2027-01-15T16:15:00+02:00")


def message(language: Language = "en", **changes: Any) -> Message:
    """A call with a deadline, a body and a button; `changes` replace its fields."""
    given: dict[str, Any] = {
        "language": language,
        "label": "New call",
        "title": "Low-carbon pilots in Tampere",
        "body": "The council opens a **call** for [pilots](https://example.org/pilots).",
        "facts": (Fact(label="Closes", when=DEADLINE), Fact(label="Fund", text="ERDF")),
        "actions": (Action(label="Open the call", url="https://example.org/call?a=1&b=2", primary=True),),
        "words": WORDS,
    }
    return Message(**(given | changes))


def outgoing(address: str = "C1", key: str = "key-1", *messages: Message, **changes: Any) -> Outgoing:
    """A delivery of one message, or of those given."""
    given: dict[str, Any] = {"reason": "Tampere follows carbon neutrality"} | changes
    return Outgoing(key=key, address=address, messages=messages or (message(),), **given)


def connect(slack: FakeSlack | str, **changes: Any) -> SlackSender:
    """The real sender, set to speak to a fake or to an address. The caller closes it."""
    url = slack if isinstance(slack, str) else slack.api_url
    options: dict[str, Any] = {"token": TOKEN, "api_url": url, "read_timeout": 0.4, "connect_timeout": 0.4}
    return SlackSender(SlackOptions(**(options | changes)))


def texts(blocks: list[dict[str, Any]]) -> str:
    """All that can be read in some blocks, one text a line."""
    found: list[str] = []
    for block in blocks:
        held = [block.get("text"), *block.get("fields", ()), *block.get("elements", ())]
        for text in held:
            if text:
                found.append(text["text"]["text"] if isinstance(text["text"], dict) else text["text"])
    return "\n".join(found)
