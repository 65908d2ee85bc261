"""A message as Slack's blocks."""

from __future__ import annotations

from typing import Any

import pytest

from bot.clock import When
from bot.contracts import Action, Fact, Message, Shown
from integrations.slack.posts import compose
from tests.fakes.slack_limits import check_message
from tests.integrations.slack.samples import message, outgoing, texts


def _blocks(given: Message, kind: str) -> list[dict[str, Any]]:
    [post] = compose(outgoing("C1", "k", given))
    return [block for block in post.payload["blocks"] if block["type"] == kind]


def test_the_blocks_stand_in_the_order_a_reader_needs() -> None:
    [post] = compose(outgoing("C1", "k", message(notes=("Moved by a week.",))))
    kinds = [block["type"] for block in post.payload["blocks"]]
    assert kinds == ["header", "section", "section", "section", "actions", "context"]


def test_a_short_title_is_the_header_and_stands_nowhere_else() -> None:
    [header] = _blocks(message(title="A <b> & c"), "header")
    assert header["text"] == {"type": "plain_text", "text": "A <b> & c", "emoji": False}


@pytest.mark.parametrize(
    ("url", "media_type", "drawn"),
    [
        ("https://silta.example.org/files/a", "image/png", "image"),
        ("https://silta.example.org/files/a", "image/webp", "link"),  # Slack fetches none
        ("http://127.0.0.1:8000/files/a", "image/png", "link"),
        ("javascript:alert(1)", "image/png", "nothing"),
    ],
)
def test_a_picture_is_shown_where_slack_can_fetch_it(url: str, media_type: str, drawn: str) -> None:
    alt = "A <!channel> bridge\n" + "x" * 3_000
    given = message(shown=(Shown(url=url, media_type=media_type, alt=alt),))
    [post] = compose(outgoing("C1", "k", given))
    check_message(post.payload)
    images = [block["image_url"] for block in _blocks(given, "image")]
    assert images == ([url] if drawn == "image" else [])
    assert (f"<{url}|A &lt;!channel&gt; bridge" in str(post.payload)) == (drawn == "link")


def test_a_long_title_is_shortened_in_the_header_and_given_in_full_below() -> None:
    title = "Growth & <renewal> of the city " * 16
    made = compose(outgoing("C1", "k", message(title=title)))[0].payload["blocks"]
    assert made[0]["text"]["text"].endswith("…")
    assert len(made[0]["text"]["text"]) <= 150
    assert made[1]["text"]["text"] == f"*{'Growth &amp; &lt;renewal&gt; of the city ' * 16}".rstrip() + "*"


def test_an_instant_is_shown_in_each_readers_zone_with_a_zoned_fallback() -> None:
    said = texts(_blocks(message(), "section"))
    assert (
        "*Closes*\n<!date^1800022500^{date_long_pretty} {time}|15 January 2027 at 16:15 (Finnish time)>"
        in said
    )


def test_the_fallback_is_in_the_readers_zone() -> None:
    [post] = compose(outgoing("C1", "k", message(), zone="Europe/Stockholm"))
    assert "15 January 2027 at 15:15 (Central European" in texts(post.payload["blocks"])
    assert "15 January 2027 at 15:15 (Central European" in post.payload["text"]


def test_a_bare_date_is_shown_without_a_clock_time() -> None:
    given = message(facts=(Fact(label="Closes", when=When.parse("2027-01-15")),))
    said = texts(_blocks(given, "section"))
    assert "*Closes*\n15 January 2027" in said
    assert "<!date" not in said


def test_an_instant_before_slacks_epoch_is_shown_in_words() -> None:
    given = message(facts=(Fact(label="Founded", when=When.parse("1955-05-05T12:00:00Z")),))
    assert "*Founded*\n5 May 1955 at" in texts(_blocks(given, "section"))


def test_a_zone_that_nobody_knows_does_not_stop_a_message() -> None:
    [post] = compose(outgoing("C1", "k", message(), zone="Mars/Olympus"))
    assert "(Finnish time)" in texts(post.payload["blocks"])


def test_more_than_ten_facts_go_into_several_sections() -> None:
    given = message(facts=tuple(Fact(label=f"Label {number}", text="x") for number in range(15)))
    assert [len(block.get("fields", ())) for block in _blocks(given, "section")] == [10, 5, 0]


def test_buttons_carry_only_web_addresses_and_one_is_primary() -> None:
    addresses = ("https://example.org/a", "javascript:alert(1)", "http://example.org/b", "data:,x", "/c", "")
    given = message(actions=tuple(Action(label="Go", url=url, primary=True) for url in addresses))
    [actions] = _blocks(given, "actions")
    assert [button["url"] for button in actions["elements"]] == [
        "https://example.org/a",
        "http://example.org/b",
    ]
    assert [button.get("style") for button in actions["elements"]] == ["primary", None]
    assert len({button["action_id"] for button in actions["elements"]}) == 2


def test_a_long_button_label_is_shortened() -> None:
    [actions] = _blocks(message(actions=(Action(label="word " * 40, url="https://example.org"),)), "actions")
    assert len(actions["elements"][0]["text"]["text"]) <= 75


def test_a_long_body_leads_to_the_item() -> None:
    given = message(body="word " * 3000)
    body = texts(_blocks(given, "section"))
    assert body.endswith("word… <https://example.org/call?a=1&amp;b=2|More>")
    [post] = compose(outgoing("C1", "k", given))
    assert "word…" in post.payload["text"]
    assert "Open the call: https://example.org/call" in post.payload["text"]
    assert "Tampere follows carbon neutrality" in post.payload["text"]


def test_the_reason_and_the_personal_links_end_the_message() -> None:
    links = {"page": "https://example.org/m/1?a&b", "unsubscribe": "https://example.org/u/1"}
    [post] = compose(outgoing("UALICE", "k", links=links))
    assert texts(post.payload["blocks"][-1:]) == (
        "City network  ·  Tampere follows carbon neutrality  ·  "
        "<https://example.org/m/1?a&amp;b|Preferences>  ·  <https://example.org/u/1|Unsubscribe>"
    )


def test_slack_itself_makes_no_mentions_and_no_previews() -> None:
    [post] = compose(outgoing("C1", "k", message(body="@here @channel #general", notes=("@everyone",))))
    kinds = [
        text
        for block in post.payload["blocks"]
        for text in (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
        if text and text["type"] == "mrkdwn"
    ]
    assert all(text["verbatim"] is True for text in kinds)
    assert (post.payload["parse"], post.payload["link_names"]) == ("none", False)


def test_the_key_is_all_that_the_metadata_shows() -> None:
    [post] = compose(outgoing("C1", "opaque", name="Alice", links={"page": "https://example.org/m/secret"}))
    assert post.payload["metadata"] == {
        "event_type": "silta_delivery",
        "event_payload": {"delivery": "opaque"},
    }
