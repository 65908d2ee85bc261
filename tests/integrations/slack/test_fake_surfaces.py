"""The fake Slack opens, changes and refuses views and messages as Slack does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_people import Person
from tests.integrations.slack.conftest import Clock

Payload = dict[str, Any]


@pytest.fixture
def client(timed: FakeSlack) -> WebClient:
    return WebClient(token=timed.token, base_url=timed.api_url, retry_handlers=[])


@pytest.fixture
def alice(timed: FakeSlack) -> Person:
    return timed.person("UALICE", email="Alice@example.org", locale="sv-SE", tz="Europe/Stockholm")


def _plain(text: str) -> Payload:
    return {"type": "plain_text", "text": text}


def _input(name: str = "title", **element: Any) -> Payload:
    made = {"type": "plain_text_input", "action_id": "text"} | element
    return {"type": "input", "block_id": name, "label": _plain(name), "element": made}


def _section(text: str = "hi", **more: Any) -> Payload:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}} | more


def _modal(*blocks: Payload, **more: Any) -> Payload:
    made = {"type": "modal", "title": _plain("Ask"), "submit": _plain("Send")}
    return made | {"blocks": list(blocks) or [_input()]} | more


def _options(count: int) -> list[Payload]:
    return [{"text": _plain(f"Option {n}"), "value": str(n)} for n in range(count)]


def _choice(kind: str, count: int) -> Payload:
    element = {"type": kind, "action_id": "chosen", "options": _options(count)}
    return _input("topic") | {"element": element}


def _refused(call: Callable[..., Any], **args: Any) -> str:
    with pytest.raises(SlackApiError) as why:
        call(**args)
    return str(why.value.response["error"])


def _trigger(slack: FakeSlack, in_modal: bool = False) -> str:
    return slack._workspace.views.trigger(("T1", "UALICE"), in_modal)


def test_a_trigger_opens_one_modal_within_three_seconds(
    timed: FakeSlack, hands: Clock, client: WebClient, alice: Person
) -> None:
    trigger, later = _trigger(timed), _trigger(timed)
    hands.now += 3
    client.views_open(trigger_id=trigger, view=_modal())
    assert _refused(client.views_open, trigger_id=trigger, view=_modal()) == "exchanged_trigger_id"
    hands.now += 0.1
    assert _refused(client.views_open, trigger_id=later, view=_modal()) == "expired_trigger_id"
    assert _refused(client.views_open, trigger_id="1.2.3", view=_modal()) == "invalid_trigger_id"
    assert [each.title for each in alice.modals] == ["Ask"]


def test_modals_stand_three_high(timed: FakeSlack, client: WebClient, alice: Person) -> None:
    client.views_open(trigger_id=_trigger(timed), view=_modal())
    for _ in range(2):
        client.views_push(trigger_id=_trigger(timed, True), view=_modal())
    assert (
        _refused(client.views_push, trigger_id=_trigger(timed, True), view=_modal()) == "push_limit_reached"
    )
    root, middle, top = alice.modals
    assert (top.root, top.previous) == (root.id, middle.id)


VIEWS: dict[str, Payload] = {
    "101 blocks": _modal(*[_section()] * 101),
    "an input without submit": _modal(submit=None),
    "a title of 25": _modal(title=_plain("x" * 25)),
    "a submit of 25": _modal(submit=_plain("x" * 25)),
    "private_metadata of 3001": _modal(private_metadata="x" * 3001),
    "the same block_id twice": _modal(_input("a"), _input("a")),
    "the same action_id twice": _modal(_input("a"), _input("b", action_id="text")),
    "101 options": _modal(_choice("static_select", 101)),
    "11 boxes": _modal(_choice("checkboxes", 11)),
    "no options": _modal(_choice("radio_buttons", 0)),
    "a text of at most 3001": _modal(_input(max_length=3001)),
    "a day that is none": _modal(_input(type="datepicker", initial_date="tomorrow")),
    "a button as an input": _modal(_input(type="button", text=_plain("Go"))),
    "an initial option that is none": _modal(
        _input(type="static_select", options=_options(2), initial_option=_options(3)[2])
    ),
    "a field that Slack does not know": _modal(colour="red"),
    "a Home": {"type": "home", "blocks": [_section()]},
}


@pytest.mark.parametrize("case", VIEWS)
def test_a_view_that_slack_does_not_show_is_refused(
    case: str, timed: FakeSlack, client: WebClient, alice: Person
) -> None:
    assert _refused(client.views_open, trigger_id=_trigger(timed), view=VIEWS[case]) == "invalid_arguments"
    assert not alice.modals


def test_views_at_their_limits_are_shown(timed: FakeSlack, client: WebClient, alice: Person) -> None:
    inputs = [_input("c", action_id="c", max_length=3000), _choice("static_select", 100)]
    view = _modal(*[_section()] * 98, *inputs, title=_plain("x" * 24), private_metadata="x" * 3000)
    client.views_open(trigger_id=_trigger(timed), view=view)
    assert len(alice.modals[0].blocks) == 100
    big = _modal(*[_section("x" * 3000)] * 90)
    assert _refused(client.views_open, trigger_id=_trigger(timed), view=big) == "view_too_large"


def test_an_update_is_for_the_version_that_was_seen_and_keeps_what_was_typed(
    timed: FakeSlack, client: WebClient, alice: Person
) -> None:
    opened = client.views_open(
        trigger_id=_trigger(timed), view=_modal(_input("a"), _input("b", action_id="b"))
    )
    alice.fill({"a/text": "typed", "b/b": "typed too"})
    view = _modal(_input("a"), _input("new", action_id="b"))
    name, seen = opened["view"]["id"], opened["view"]["hash"]
    client.views_update(view_id=name, view=view, hash=seen)
    assert _refused(client.views_update, view_id=name, view=view, hash=seen) == "hash_conflict"
    values = alice.modals[0].shown()["state"]["values"]
    assert (values["a"]["text"]["value"], values["new"]["b"]["value"]) == ("typed", None)
    alice.close_modal()
    assert _refused(client.views_update, view_id=name, view=view) == "not_found"


def test_of_two_tabs_one_publishes(client: WebClient, alice: Person) -> None:
    home = {"type": "home", "blocks": [_section()]}
    first = client.views_publish(user_id="UALICE", view=home)["view"]["hash"]
    client.views_publish(user_id="UALICE", view=home, hash=first)
    assert _refused(client.views_publish, user_id="UALICE", view=home, hash=first) == "hash_conflict"
    assert _refused(client.views_publish, user_id="UNOBODY", view=home) == "user_not_found"


def test_a_response_url_serves_five_times_and_half_an_hour(
    timed: FakeSlack, hands: Clock, alice: Person
) -> None:
    url = alice._answer_at("C1")
    for _ in range(5):
        assert WebhookClient(url).send(text="hi").status_code == 200
    assert "used_url" in WebhookClient(url).send(text="hi").body
    url = alice._answer_at("C1")
    hands.now += 1801
    answer = WebhookClient(url).send(text="hi")
    assert (answer.status_code, "expired_url" in answer.body) == (404, True)
    shared = WebhookClient(alice._answer_at("C1")).send(text="to all", response_type="in_channel")
    assert shared.status_code == 200
    assert (len(alice.ephemerals), timed.messages[-1].text) == (5, "to all")


def test_a_message_is_changed_and_deleted_by_who_wrote_it(
    timed: FakeSlack, client: WebClient, alice: Person
) -> None:
    meta = {"event_type": "made", "event_payload": {"id": "1"}}
    ts = client.chat_postMessage(channel="C1", text="one", blocks=[_section()], metadata=meta)["ts"]
    client.chat_update(channel="C1", ts=ts, text="two")
    [posted] = timed.messages
    assert (posted.text, posted.blocks, posted.metadata, posted.earlier) == ("two", [], meta, ("one",))
    hers = alice._post("C1", "mine", None).ts
    assert _refused(client.chat_update, channel="C1", ts=hers, text="x") == "cant_update_message"
    assert _refused(client.chat_delete, channel="C1", ts=hers) == "cant_delete_message"
    assert _refused(client.chat_update, channel="C1", ts="1.0", text="x") == "message_not_found"
    timed.fail_next("edit_window_closed", method="chat.update")
    assert _refused(client.chat_update, channel="C1", ts=ts, text="x") == "edit_window_closed"
    client.chat_delete(channel="C1", ts=ts)
    assert timed.messages[0].deleted
    assert [each["text"] for each in client.conversations_history(channel="C1")["messages"]] == ["mine"]


def test_what_one_person_sees_needs_them_in_the_channel(
    timed: FakeSlack, client: WebClient, alice: Person
) -> None:
    timed.add_channel("C2", people=["UBOB"])
    client.chat_postEphemeral(channel="C1", user="UALICE", text="psst")
    assert [each.words for each in alice.ephemerals] == ["psst"]
    assert _refused(client.chat_postEphemeral, channel="C2", user="UALICE", text="x") == "user_not_in_channel"
    assert not timed.messages


def test_people_are_told_of_as_far_as_they_may_be_seen(
    timed: FakeSlack, client: WebClient, alice: Person
) -> None:
    timed.add_user("UFAR", team="T2", email="far@example.org")
    timed.add_user("ULEFT", active=False, email="left@example.org")
    timed.add_channel("C3", shared=True)
    told = client.users_info(user="UALICE", include_locale=True)["user"]
    assert (told["locale"], told["tz"], told["profile"]["email"]) == (
        "sv-SE", "Europe/Stockholm", "Alice@example.org",
    )  # fmt: skip
    far = client.users_info(user="UFAR")["user"]
    assert (far["team_id"], "email" in far["profile"]) == ("T2", False)
    assert client.users_info(user="ULEFT")["user"]["deleted"]
    assert client.users_lookupByEmail(email="alice@EXAMPLE.org")["user"]["id"] == "UALICE"
    assert _refused(client.users_lookupByEmail, email="left@example.org") == "users_not_found"
    assert {each["id"] for each in client.users_list()["members"]} == {"UALICE", "ULEFT"}


def test_every_method_is_limited_by_its_tier(hands: Clock) -> None:
    with FakeSlack(now=hands, limits=True) as slack:
        client = WebClient(token=slack.token, base_url=slack.api_url, retry_handlers=[])
        for method, rate in (("users.list", 20), ("conversations.info", 50), ("users.info", 100)):
            slack.add_channel("C1")
            slack.person("UALICE")
            call = {"channel": "C1", "user": "UALICE"}
            for _ in range(rate):
                client.api_call(method, params=call)
            with pytest.raises(SlackApiError) as why:
                client.api_call(method, params=call)
            assert (why.value.response.status_code, why.value.response["error"]) == (429, "ratelimited")
            hands.now += int(why.value.response.headers["Retry-After"])
            client.api_call(method, params=call)


def test_people_who_cannot_be_written_to_are_not(timed: FakeSlack, client: WebClient, alice: Person) -> None:
    timed.switch_messages_tab(False)
    assert _refused(client.chat_postMessage, channel="UALICE", text="hi") == "messages_tab_disabled"
    assert not alice.messages
    timed.switch_messages_tab(True)
    client.chat_postMessage(channel="UALICE", text="hi")
    assert [each.words for each in alice.messages] == ["hi"]
