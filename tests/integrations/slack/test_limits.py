"""Our validator and the fake's agree on what Slack would refuse, and what they refuse is never sent."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from integrations.slack.limits import problems
from integrations.slack.posts import compose
from tests.fakes.slack_limits import Refused, check_message
from tests.integrations.slack.samples import message, outgoing

Payload = dict[str, Any]


def _payload() -> Payload:
    notes = ("A note.",)
    return copy.deepcopy(compose(outgoing("C1", "k", message(notes=notes)))[0].payload)


def _section(text: str) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def _fields(count: int, length: int) -> Payload:
    return {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * length}] * count}


def _header(text: str) -> Payload:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def _button(text: str = "Go", url: str = "https://example.org", name: str = "go") -> Payload:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, "url": url, "action_id": name}


def _actions(*buttons: Payload) -> Payload:
    return {"type": "actions", "elements": list(buttons)}


def _context(count: int, text: str = "x") -> Payload:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text}] * count}


def _many(count: int) -> list[Payload]:
    return [_button(name=f"go-{number}") for number in range(count)]


AT_THE_LIMIT: dict[str, list[Payload]] = {
    "50 blocks": [_section("x")] * 50,
    "header of 150": [_header("x" * 150)],
    "section of 3,000": [_section("x" * 3000)],
    "10 fields": [_fields(10, 500)],
    "field of 2,000": [_fields(1, 2000)],
    "10 context elements": [_context(10)],
    "25 buttons": [_actions(*_many(25))],
    "button of 75": [_actions(_button("x" * 75))],
    "address of 3,000": [_actions(_button(url="https://example.org/" + "x" * 2980))],
    "12,000 in all": [_section("x" * 3000)] * 4,
}
BEYOND: dict[str, list[Payload]] = {
    "51 blocks": [_section("x")] * 51,
    "header of 151": [_header("x" * 151)],
    "empty header": [_header("")],
    "header of 76 emoji": [_header("🏆" * 76)],
    "section of 3,001": [_section("x" * 3001)],
    "empty section": [_section("")],
    "bare section": [{"type": "section"}],
    "11 fields": [_fields(11, 10)],
    "no fields": [_fields(0, 10)],
    "field of 2,001": [_fields(1, 2001)],
    "11 context elements": [_context(11)],
    "empty context": [_context(0)],
    "26 buttons": [_actions(*_many(26))],
    "no buttons": [_actions()],
    "button of 76": [_actions(_button("x" * 76))],
    "address of 3,001": [_actions(_button(url="https://example.org/" + "x" * 2981))],
    "script address": [_actions(_button(url="javascript:alert(1)"))],
    "twice the same action": [_actions(_button(), _button())],
    "action id of 256": [_actions(_button(name="x" * 256))],
    "13,500 in all": [_section("x" * 2700)] * 5,
    "unknown block": [{"type": "carousel"}],
}


def _refused_by_fake(payload: Payload) -> bool:
    try:
        check_message(payload)
    except Refused:
        return True
    return False


def test_what_we_compose_is_fine() -> None:
    assert problems(_payload()) == []
    assert not _refused_by_fake(_payload())


@pytest.mark.parametrize("case", AT_THE_LIMIT)
def test_what_reaches_the_limit_is_allowed(case: str) -> None:
    payload = _payload() | {"blocks": AT_THE_LIMIT[case]}
    assert problems(payload) == []
    assert not _refused_by_fake(payload)


@pytest.mark.parametrize("case", BEYOND)
def test_what_exceeds_the_limit_is_refused_by_both(case: str) -> None:
    payload = _payload() | {"blocks": BEYOND[case]}
    assert problems(payload)
    assert _refused_by_fake(payload)


LIVE: dict[str, Callable[[Payload], Any]] = {
    "a mention in the text": lambda payload: payload.update(text="<!channel>"),
    "a person in a section": lambda payload: payload.update(blocks=[_section("hi <@UALICE>")]),
    "a group in a field": lambda payload: payload["blocks"][1]["fields"][0].update(text="<!subteam^S1>"),
    "a mention in the context": lambda payload: payload["blocks"][-1]["elements"][0].update(text="<!here|x>"),
    "an open token": lambda payload: payload.update(blocks=[_section("<!channel")]),
    "a script link": lambda payload: payload.update(blocks=[_section("<javascript:x|y>")]),
    "too long a text": lambda payload: payload.update(text="x" * 4001),
    "no text": lambda payload: payload.update(text=" "),
    "no channel": lambda payload: payload.update(channel=""),
    "no blocks": lambda payload: payload.update(blocks=[]),
}


@pytest.mark.parametrize("case", LIVE)
def test_what_could_ping_or_says_nothing_is_a_problem(case: str) -> None:
    payload = _payload()
    LIVE[case](payload)
    assert problems(payload)
