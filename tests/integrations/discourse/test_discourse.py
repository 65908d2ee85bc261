"""Discourse's room: its options, what is left out, and what its answers mean."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from bot.contracts import (
    Defaults,
    InDoubt,
    Misconfigured,
    Rejected,
    Sent,
    SourceFault,
    Surroundings,
    TryLater,
)
from integrations.calling import Reply
from integrations.discourse import INTEGRATION
from integrations.discourse.options import DiscourseOptions
from integrations.discourse.outcomes import judge
from tests.fakes.discourse import FakeDiscourse

NEAR = Surroundings(
    name="forum", defaults=Defaults(language="en"), cities={"tampere": ()}, topics={"ruoka": ()}
)
STATED = {"url": "https://forum.example", "secret": FakeDiscourse.SECRET}


def test_what_it_can_do_follows_from_its_options() -> None:
    reading = INTEGRATION.can(DiscourseOptions.model_validate({"url": "https://forum.example"}))
    assert (reading.read, reading.webhook, reading.publish) == (True, False, False)
    whole = INTEGRATION.can(DiscourseOptions.model_validate(STATED | {"api_key": "key", "category": "7"}))
    assert (whole.read, whole.webhook, whole.publish) == (True, True, True)


@pytest.mark.parametrize(
    "more",
    [
        {"url": "https://user@forum.example"},
        {"secret": "short"},
        {"cities": "tampere"},
        {"api_username": "a b\r\nX: y"},
        {"category": "-1"},
        {"colour": "red"},
    ],
)
def test_options_that_cannot_work_are_refused(more: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        DiscourseOptions.model_validate(STATED | more)
    assert FakeDiscourse.SECRET not in str(refused.value)


def test_a_city_that_is_not_known_here_is_said_when_the_source_is_opened() -> None:
    options = DiscourseOptions.model_validate(STATED | {"cities": "news=atlantis"})
    assert INTEGRATION.source is not None
    with pytest.raises(SourceFault, match="atlantis"):
        INTEGRATION.source(options, NEAR)


def test_a_sample_says_what_is_made_of_a_post_and_why_another_is_left() -> None:
    fake = FakeDiscourse()
    topic = fake.write("A topic for a sample", "<p>Text.</p>")
    options = DiscourseOptions.model_validate(STATED | {"topics": "tampere=ruoka"})
    assert INTEGRATION.sample is not None
    shown = INTEGRATION.sample(options, NEAR, fake.event("post_created", topic.first)[0])
    assert shown.reports[0].details is not None
    assert shown.reports[0].details.topics == ("ruoka",)
    left = INTEGRATION.sample(options, NEAR, fake.event("post_created", fake.reply(topic, "<p>Yes.</p>"))[0])
    assert (list(left.reports), list(left.faults)) == ([], ["it is a reply"])
    assert INTEGRATION.sample(options, NEAR, b"no JSON").faults[0].startswith("The body is not JSON")
    fake._server.server_close()


@pytest.mark.parametrize(
    ("reply", "meant"),
    [
        (Reply(200, {"id": 3, "topic_id": 2}), Sent({"ts": "2", "post": "3"})),
        (Reply(200, {"action": "enqueued", "success": True}), Sent({"waits": "for a moderator"})),
        (Reply(429, {"extras": {"wait_seconds": 9}}), TryLater("the instance asks to slow down", 9.0, True)),
        (Reply(429, None, 60.0), TryLater("the instance asks to slow down", 60.0, True)),
        (
            Reply(422, {"errors": ["Title is too short"]}),
            Rejected("the instance does not take it (HTTP 422) (Title is too short)"),
        ),
    ],
)
def test_each_answer_means_something(reply: Reply, meant: object) -> None:
    assert judge(reply) == meant


def test_what_an_administrator_must_mend_and_what_nobody_knows() -> None:
    assert all(isinstance(judge(Reply(status, {})), Misconfigured) for status in (301, 401, 403, 404, 410))
    assert isinstance(judge(Reply(502, None)), InDoubt)
    assert judge(Reply(404, {}), {"ts": "2"}, edit=True) == Rejected("it is not there any more", gone=True)
    assert isinstance(judge(Reply(502, None), {"ts": "2"}, edit=True), TryLater)
