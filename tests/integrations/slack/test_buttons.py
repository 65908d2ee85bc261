"""Buttons that do something, where a press of them reaches us; and who answered, below them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.contracts import Action, Entry, Language, Message, Section, Sent
from integrations.slack import limits
from integrations.slack.posts import compose
from tests.fakes.slack import FakeSlack
from tests.integrations.slack.samples import connect, message, outgoing, texts

OPEN = Action(label="Open the call", url="https://example.org/call", primary=True)
SOURCE = Action(label="Source: A", url="https://example.org/source")
ANSWERS = tuple(
    Action(
        label=kind,
        url=f"/answer/12?as={kind}",
        personal="page",
        does=f'{{"do":"answer","item":12,"kind":"{kind}"}}',
    )
    for kind in ("interested", "need_partner", "not_for_us", "seen")
)
REMIND = Action(label="Remind me", url="/remind/12", personal="page", does="open:remind:12")
WHY = Action(label="Why this?", url="", does='{"do":"why","item":12}')
ALL = (OPEN, SOURCE, *ANSWERS, REMIND, WHY)


def call(language: Language = "en", **changes: Any) -> Message:
    return message(language, **({"actions": ALL} | changes))


def rows(payload: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [block["elements"] for block in payload["blocks"] if block["type"] == "actions"]


def test_in_a_conversation_answers_are_buttons_beside_the_main_link_and_other_links_come_last() -> None:
    [post] = compose(outgoing("C1", "k", call()), interactive=True)
    first, second, third = rows(post.payload)
    assert [button["text"]["text"] for button in first] == [
        "Open the call", "interested", "need_partner", "not_for_us", "seen",
    ]  # fmt: skip
    assert [button["text"]["text"] for button in second] == ["Remind me", "Why this?"]
    assert [button["url"] for button in third] == ["https://example.org/source"]
    assert first[1]["value"] == ANSWERS[0].does
    assert "url" not in first[1]


def test_the_id_of_a_button_says_who_hears_it_and_none_occurs_twice_in_three_languages() -> None:
    spoken = [call(language) for language in ("fi", "sv", "en")]
    [post] = compose(outgoing("C1", "k", *spoken), interactive=True)
    assert limits.problems(post.payload) == []
    found = [button for row in rows(post.payload) for button in row]
    assert len(found) == 3 * len(ALL)
    for button in found:
        begins = {"Remind me": "open.modal.remind.", "Open the call": "open.", "Source: A": "open."}
        assert button["action_id"].startswith(begins.get(button["text"]["text"], "do."))
        assert ("url" in button) != ("value" in button)


def test_where_no_press_reaches_us_there_are_links_and_in_a_conversation_only_those_for_all() -> None:
    [post] = compose(outgoing("C1", "k", call()))
    assert [[button["text"]["text"] for button in row] for row in rows(post.payload)] == [
        ["Open the call", "Source: A"]
    ]
    [own] = compose(outgoing("U1", "k", call(), links={"page": "https://silta.example/m/tok"}))
    assert "https://silta.example/m/tok/remind/12" in str(own.payload)
    assert "Why this?" not in str(own.payload)


def test_beside_the_entries_of_a_digest_they_are_buttons_too() -> None:
    entries = tuple(Entry(title=f"Call {number}", actions=ANSWERS[:3]) for number in range(3))
    made = call(purpose="digest", actions=(), sections=(Section(title="New", entries=entries),))
    [post] = compose(outgoing("U1", "k", made), interactive=True)
    assert limits.problems(post.payload) == []
    assert [[button["value"] for button in row] for row in rows(post.payload)] == [
        [answer.does for answer in ANSWERS[:3]]
    ] * 3


def test_a_command_too_long_for_a_button_is_left_out_instead_of_losing_the_post() -> None:
    long = Action(label="Search", url="", does="x" * 2_001)
    [post] = compose(outgoing("C1", "k", call(actions=(OPEN, long))), interactive=True)
    assert limits.problems(post.payload) == []
    assert "Search" not in str(post.payload)


def test_who_answered_stands_below_the_buttons_and_cannot_ping() -> None:
    said = ("Interested: Tampere (Alice <!channel>)", "1 of 2 cities answered")
    [post] = compose(outgoing("C1", "k", call(), roster=said), interactive=True)
    assert limits.problems(post.payload) == []
    *_, row, roster, why = post.payload["blocks"]
    assert row["type"] == "actions"
    assert "Tampere (Alice &lt;!channel&gt;)\n1 of 2 cities" in texts([roster])
    assert "Tampere follows" in texts([why])
    assert "1 of 2 cities answered" in post.payload["text"]


def test_a_long_roster_never_changes_how_many_posts_a_delivery_is() -> None:
    for length in range(0, 12_000, 400):
        body = "word " * (length // 5)
        spoken = [call(language, body=body) for language in ("fi", "sv")]
        bare = compose(outgoing("C1", "k", *spoken), interactive=True)
        full = compose(outgoing("C1", "k", *spoken, roster=("Tampere, " * 200,) * 2), interactive=True)
        assert [post.part for post in full] == [post.part for post in bare]
        assert [limits.problems(post.payload) for post in full] == [[]] * len(full)


@pytest.mark.parametrize("interactive", [True, False])
def test_the_sender_posts_and_draws_what_it_was_told_to(slack: FakeSlack, interactive: bool) -> None:
    sender = connect(slack, interactive=interactive)
    try:
        [outcome] = sender.send([outgoing("C1", "k", call())])
        drawn = sender.render(outgoing("C1", "k", call()))
    finally:
        sender.close()
    assert isinstance(outcome, Sent)
    assert ("need_partner" in drawn.html) is interactive
