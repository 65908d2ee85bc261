"""Corrections, digests and letters as Slack's blocks, and links of the reader's own in direct messages."""

from __future__ import annotations

from typing import Any

import pytest

from bot.contracts import Action, Entry, Fact, Message, Section, Sent
from integrations.slack import limits
from integrations.slack.posts import compose
from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import DEADLINE, WORDS, message, outgoing, texts

OWN = {"page": "https://silta.example/m/tok", "unsubscribe": "https://silta.example/unsubscribe/tok"}
ANSWERS = (
    Action(label="Interested", url="/answer/12?as=interested", personal="page"),
    Action(label="Not for us", url="/answer/12?as=not_for_us", personal="page"),
)
MORE = Action(label="and 12 more", url="/items", personal="page")


def entry(number: int = 1, **changes: Any) -> Entry:
    given: dict[str, Any] = {
        "title": f"Call {number}", "label": "Funding call", "url": f"https://example.org/{number}?a=1&b=2",
        "summary": "For cities.", "facts": (Fact(label="Closes", when=DEADLINE), Fact(label="Fund", text="ERDF")),
        "actions": ANSWERS,
    }  # fmt: skip
    return Entry(**(given | changes))


def digest(*sections: Section, **changes: Any) -> Message:
    given = sections or (Section(title="New", entries=(entry(1), entry(2)), more=MORE),)
    stated: dict[str, Any] = {"purpose": "digest", "body": "", "facts": (), "actions": (), "sections": given}
    words = WORDS.model_copy(update={"changed": "What changed", "made_by": "Summary by a language model"})
    return message(**(stated | {"words": words} | changes))


def blocks(given: Message, **more: Any) -> list[dict[str, Any]]:
    [post] = compose(outgoing("UALICE" if more else "C1", "k", given, **more))
    return list(post.payload["blocks"])


def buttons(made: list[dict[str, Any]]) -> list[tuple[str, str]]:
    rows = [block["elements"] for block in made if block["type"] == "actions"]
    return [(button["text"]["text"], button["url"]) for row in rows for button in row]


def test_what_changed_stands_before_the_facts() -> None:
    words = digest().words
    made = blocks(
        message(purpose="correction", changes=("Deadline moved from 15 to 29", "<!here>"), words=words)
    )
    assert made[1]["text"]["text"] == "*What changed*\n• Deadline moved from 15 to 29\n• &lt;!here&gt;"
    [post] = compose(outgoing("C1", "k", message(changes=("Deadline moved",))))
    assert "\nDeadline moved\n" in post.payload["text"]


def test_a_digest_has_a_heading_a_section_and_a_paragraph_an_item() -> None:
    made = blocks(digest())
    assert [block["type"] for block in made] == [
        "header", "section", "header", "section", "section", "context", "context"
    ]  # fmt: skip
    assert made[3]["text"]["text"] == (
        "*<https://example.org/1?a=1&amp;b=2|Call 1>*\n"
        "Funding call · Closes: <!date^1800022500^{date_long_pretty} {time}|15 January 2027 at 16:15 (Finnish time)>"
        " · Fund: ERDF\nFor cities."
    )


def test_in_a_conversation_nobodys_own_links_appear() -> None:
    given = digest(actions=(*message().actions, *ANSWERS))
    made = blocks(given)
    assert buttons(made) == [("Open the call", "https://example.org/call?a=1&b=2")]
    assert made[-2]["elements"][0]["text"] == "and 12 more"
    [post] = compose(outgoing("C1", "k", given))
    assert "/answer/" not in str(post.payload)


def test_in_a_direct_message_they_are_buttons_that_lead_to_the_readers_page() -> None:
    made = blocks(digest(actions=ANSWERS), links=OWN)
    own = "https://silta.example/m/tok/answer/12?as="
    pair = [("Interested", f"{own}interested"), ("Not for us", f"{own}not_for_us")]
    assert buttons(made) == pair * 3
    assert "<https://silta.example/m/tok/items|and 12 more>" in texts(made)
    ids = [
        button["action_id"] for block in made if block["type"] == "actions" for button in block["elements"]
    ]
    assert len(set(ids)) == len(ids)


def test_a_summary_by_a_model_says_so() -> None:
    made = blocks(digest(Section(title="New", entries=(entry(made_by="mistral-small"),))))
    assert made[3]["text"]["text"].endswith("For cities.\n_Summary by a language model_")


@pytest.mark.parametrize("links", [OWN, {}], ids=["direct message", "conversation"])
@pytest.mark.parametrize(("sections", "entries"), [(1, 20), (7, 5), (7, 10), (7, 100), (40, 3)])
def test_however_long_a_digest_is_slack_takes_it(
    slack: FakeSlack, sender: SlackSender, links: dict[str, str], sections: int, entries: int
) -> None:
    long = [entry(at, title="A title of some length " * 6, summary="Words " * 80) for at in range(entries)]
    given = digest(*(Section(title=f"Part {at}", entries=tuple(long), more=MORE) for at in range(sections)))
    [outcome] = sender.send([outgoing("C1", "k", given, links=links)])
    assert isinstance(outcome, Sent), outcome
    made = slack.messages[0].args["blocks"]
    assert len(made) <= limits.BLOCKS
    assert "A title of some length" in texts(made)
    assert [block["text"]["text"] for block in made if block["type"] == "header"][1:] == [
        f"Part {at}" for at in range(min(sections, 6 if sections == 40 else 7))
    ]


def test_what_does_not_fit_leads_to_the_readers_page() -> None:
    given = digest(*(Section(title=f"Part {at}", entries=tuple(map(entry, range(20)))) for at in range(7)))
    made = blocks(given, links=OWN)
    assert texts(made).count("<https://silta.example/m/tok/items|More>") == 7
    assert [block["elements"][0]["text"] for block in blocks(given) if block["type"] == "context"][:7] == [
        "…"
    ] * 7


def test_a_digest_reads_as_text_too() -> None:
    [post] = compose(outgoing("C1", "k", digest()))
    assert (
        "\n\nNew\n• Call 1 · Closes: 15 January 2027 at 16:15 (Finnish time) · Fund: ERDF "
        "https://example.org/1?a=1&amp;b=2\n• Call 2" in post.payload["text"]
    )
