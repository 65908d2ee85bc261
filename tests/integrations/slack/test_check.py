"""The health check: what it finds, and the remedy it names."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from integrations.slack.sender import SlackSender
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_workspace import ALL_SCOPES
from tests.integrations.slack.samples import connect


def test_all_is_well_says_nothing_and_posts_nothing(slack: FakeSlack, sender: SlackSender) -> None:
    assert sender.check() == []
    assert slack.messages == []


def test_every_missing_scope_is_named_with_what_it_costs(slack: FakeSlack, sender: SlackSender) -> None:
    slack.add_token(slack.token, scopes=ALL_SCOPES - {"im:history", "chat:write"})
    faults = list(sender.check())
    assert len(faults) == 2
    assert "chat:write, so nothing can be posted" in faults[0]
    assert "im:history, so what people write to the app is not heard" in faults[1]


SPOILT: dict[str, tuple[Callable[[FakeSlack], None], str]] = {
    "revoked": (lambda slack: slack.revoke(), "token_revoked: the token was revoked: install the app again"),
    "limited": (lambda slack: slack.limit_next(7, method="auth.test"), "in 7 s"),
    "broken": (lambda slack: slack.break_next(method="auth.test"), "status 500"),
    "reset": (lambda slack: slack.break_next(how="reset", method="auth.test"), "does not answer"),
    "new error": (lambda slack: slack.fail_next("made_up_since", method="auth.test"), "made_up_since"),
}


@pytest.mark.parametrize("case", SPOILT)
def test_a_fault_is_told_in_one_line(slack: FakeSlack, sender: SlackSender, case: str) -> None:
    spoil, expected = SPOILT[case]
    spoil(slack)
    [fault] = sender.check()
    assert expected in fault


@pytest.mark.parametrize(("hours", "way"), [(2, "behind"), (-2, "ahead of")])
def test_a_clock_that_is_off_is_told(hours: int, way: str) -> None:
    with FakeSlack(now=lambda: time.time() + hours * 3600) as slack:
        sender = connect(slack)
        [fault] = sender.check()
        sender.close()
    assert f"{way} Slack's" in fault
    assert "NTP" in fault
