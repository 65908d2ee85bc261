"""The modals of announcements, whatever they hold, stay within what Slack takes."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest

from bot.contracts import Message, Words
from bot.contracts.announcing import Seen, Sorry, Writing
from bot.conversation.announcing.labels import labels
from integrations.slack.announcing.countdown import Countdown
from integrations.slack.announcing.draft import draft_view, note_view
from integrations.slack.announcing.modal import errors, form_view
from integrations.slack.announcing.shared import as_markdown
from integrations.slack.drawing import draw_view
from tests.conftest import FrozenClock
from tests.fakes.slack_surfaces import check_view

WORDS = Words(why="Why", preferences="Preferences", unsubscribe="Unsubscribe", network="Network", more="More")
NASTY = "\u202e<!channel> *x* `y` ~z~ & שלום 🎉"


def writing(**more: Any) -> Writing:
    few = (("a", "A"), ("b", "B"))
    many = tuple((f"city-{number}", f"{NASTY} {number}") for number in range(400))
    stated: dict[str, Any] = {
        "language": "en", "words": labels("en"), "tab": "sv",
        "values": {"title_sv": NASTY * 40, "body_sv": "x" * 60_000, "kind": "event", "cities": ["city-399"]},
        "choices": {"kind": (("event", "Event"),), "cities": many, "topics": few, "roles": few, "visibility": few,
                    "repeat": (("", "No"), ("weekly", "Weekly"))},
        "count": (NASTY,), "notice": NASTY,
    }  # fmt: skip
    return Writing(**(stated | more))


def message(language: Any, body: str) -> Message:
    return Message(language=language, label="Label", title=NASTY * 20, body=body, words=WORDS)


@pytest.mark.parametrize("body", ["short", "word " * 10_000, NASTY * 500, "1. a\n" * 2_000])
def test_slack_takes_a_form_and_a_draft_of_any_length(body: str) -> None:
    shown = Seen(
        language="en", words=labels("en"), zone="Europe/Helsinki", draft=1, version=2, title=NASTY * 50,
        messages=(message("fi", body), message("sv", body), message("en", body)), done=NASTY,
        acts=("approve", "return", "undo", "submit", "take_back", "drop", "withdraw", "edit"),
        lines=(NASTY * 100,) * 12,
        changed=tuple((NASTY * 10, (("old", body), ("new", body), ("same", body))) for _ in range(40)),
    )  # fmt: skip
    for view in (form_view(writing()), draft_view(shown), note_view(shown)):
        check_view(view, "modal")
        assert "<!channel>" not in str([block for block in view["blocks"] if block["type"] == "section"])


def test_a_text_that_no_field_holds_is_not_shown_in_one() -> None:
    view = form_view(writing())
    assert "body_sv" not in {block.get("block_id") for block in view["blocks"]}
    assert "longer than a field of Slack holds" in str(view["blocks"])


@pytest.mark.parametrize("field", ["location", "links", "url"])
def test_nothing_that_was_written_elsewhere_is_cut(field: str) -> None:
    long = "x" * 3_001
    view = form_view(writing(values={"kind": "event", field: long}))
    assert field not in {block.get("block_id") for block in view["blocks"]}
    whole = form_view(writing(values={"kind": "event", field: long[1:]}))
    (shown,) = [block for block in whole["blocks"] if block.get("block_id") == field]
    assert shown["element"]["initial_value"] == long[1:]


def test_a_moment_that_was_stated_stays_in_sight_when_the_kind_is_changed_and_is_drawn_as_a_day() -> None:
    view = form_view(writing(values={"kind": "announcement", "starts_at": "2026-12-08T10:00:00+00:00"}))
    shown = {block.get("block_id") for block in view["blocks"]}
    assert ("starts_at" in shown, "closes_at" in shown, "location" in shown) == (True, False, False)
    assert "2026-12-08 12:00" in draw_view(view)


def test_more_options_than_a_list_holds_come_in_groups_and_what_is_chosen_stays_so() -> None:
    (cities,) = [block for block in form_view(writing())["blocks"] if block.get("block_id") == "cities"]
    groups = cities["element"]["option_groups"]
    assert [len(group["options"]) for group in groups] == [100] * 4
    assert [option["value"] for option in cities["element"]["initial_options"]] == ["city-399"]


def test_a_fault_of_a_field_that_is_not_shown_stands_where_it_can_be_read() -> None:
    found = errors(writing(faults={"title_fi": "Too long.", "url": "No address."}))
    assert found == {"title_sv": "Title (Finnish): Too long.", "url": "No address."}


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("*Read* <https://example.org|this>", "**Read** [this](https://example.org)"),
        ("&lt;b&gt; &amp; <https://example.org>", "<b> & https://example.org"),
        ("<@U1|alice> <#C1|town> <!here> <!date^1^{time}|noon>", "alice town here noon"),
        ("x" * 5_000, "x" * 2_999 + "…"),
    ],
)
def test_a_shared_message_begins_as_markdown(said: str, meant: str) -> None:
    assert as_markdown(said) == meant


def test_the_undo_window_is_shown_counting_until_it_is_over(frozen: FrozenClock) -> None:
    ends, shown = frozen() + timedelta(seconds=60), []
    seen = Seen(language="en", words=labels("en"), zone="Europe/Helsinki", draft=1, version=2, title="T",
                messages=(), goes_at=ends)  # fmt: skip
    over = threading.Event()

    def show(now: Seen) -> None:
        shown.append(str(draft_view(now)["blocks"]))
        frozen.advance(20)
        if len(shown) == 3:
            over.set()

    counting = Countdown(every=0.01)
    counting.begin(lambda: seen, show, ends)
    assert over.wait(5)
    counting.close()
    left = [re.findall(r"left to undo[*] ([0-9]+) s", blocks) for blocks in shown]
    assert left == [["60"], ["40"], ["20"]]


def test_what_is_undone_is_counted_no_more(frozen: FrozenClock) -> None:
    looked = threading.Event()

    def look() -> Sorry:
        looked.set()
        return Sorry("en", "Nothing was done", "")

    shown: list[Seen] = []
    counting = Countdown(every=0.01)
    counting.begin(look, shown.append, frozen() + timedelta(seconds=60))
    assert looked.wait(5)
    counting.close()
    assert not shown


def test_after_the_end_nothing_is_looked_at_any_more(frozen: FrozenClock) -> None:
    looked: list[int] = []
    counting = Countdown(every=3_600)
    goes_at = frozen() + timedelta(seconds=60)

    def look() -> Sorry:
        looked.append(1)
        return Sorry("en", "Nothing was done", "")

    counting.begin(look, looked.append, goes_at)
    counting.close()
    counting.begin(look, looked.append, goes_at)
    assert not looked
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
