"""People in the fake Slack reach a real Bolt app, and see what it shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from slack_bolt import App
from slack_bolt.adapter.flask import SlackRequestHandler
from slack_sdk import WebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_door import serving
from tests.fakes.slack_people import Person

SECRET = "s" * 32
Ack = Any


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def _input(name: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "text"} | more
    return {"type": "input", "block_id": name, "label": _text(name.title()), "element": element}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal that can be submitted."""
    view = {"type": "modal", "callback_id": "asked", "title": _text("Ask"), "submit": _text("Send")}
    return view | {"blocks": list(blocks) or [_input("title")]} | more


def _buttons(*labels: str) -> list[dict[str, Any]]:
    elements = [
        {"type": "button", "text": _text(label), "action_id": f"do.{label.lower()}", "value": label}
        for label in labels
    ]
    return [{"type": "section", "text": _text("Well?")}, {"type": "actions", "elements": elements}]


class Peer:
    """A small Bolt app that remembers what it was told; what a listener does is set by the test."""

    def __init__(self, slack: FakeSlack, bolt: App) -> None:
        self.slack, self.bolt, self.client = slack, bolt, bolt.client


@pytest.fixture
def peer(slack: FakeSlack) -> Iterator[Peer]:
    client = WebClient(token=slack.token, base_url=slack.api_url, retry_handlers=[])
    # A listener is done when it is answered, so that no test waits. The fake signs by the machine's clock here.
    bolt = App(
        client=client, signing_secret=SECRET, token_verification_enabled=False, process_before_response=True
    )  # fmt: skip
    door = Flask(__name__)
    handler = SlackRequestHandler(bolt)

    @door.post("/slack/events")
    def take() -> Response:
        answer: Response = handler.handle(request)
        return answer

    with serving(door) as url:
        slack.connect(f"{url}/slack/events", SECRET)
        yield Peer(slack, bolt)


@pytest.fixture
def alice(slack: FakeSlack, peer: Peer) -> Person:
    return slack.person("UALICE", called="Alice", email="alice@example.org", locale="sv-SE")


def test_a_command_is_answered_for_its_asker_alone_and_five_times(peer: Peer, alice: Person) -> None:
    @peer.bolt.command("/silta")
    def listen(ack: Ack, respond: Any, command: dict[str, str]) -> None:
        ack()
        for number in range(6):
            respond(f"{command['text']} {number}")

    answer = alice.slash("/silta open calls", channel="C1")
    assert (answer.status, answer.body) == (200, "")
    assert [each.words for each in alice.ephemerals] == [f"open calls {number}" for number in range(5)]
    bob = peer.slack.person("UBOB")
    assert not bob.ephemerals


def test_a_button_replaces_the_answer_it_stands_in(peer: Peer, alice: Person) -> None:
    @peer.bolt.command("/silta")
    def listen(ack: Ack) -> None:
        ack({"text": "Well?", "blocks": _buttons("Yes", "No")})

    @peer.bolt.action("do.yes")
    def pressed(ack: Ack, body: dict[str, Any], respond: Any) -> None:
        assert body["container"]["is_ephemeral"]
        respond(replace_original=True, text=body["actions"][0]["value"])
        ack()

    alice.slash("/silta")
    assert alice.press(alice.ephemerals[-1], "Yes").ok
    assert [each.words for each in alice.ephemerals] == ["Yes"]
    with pytest.raises(AssertionError, match="nothing is called"):
        alice.press(alice.ephemerals[-1], "Yes")


def test_a_modal_is_opened_filled_corrected_and_submitted(peer: Peer, alice: Person) -> None:
    got: list[dict[str, Any]] = []

    @peer.bolt.shortcut("announce")
    def opened(ack: Ack, body: dict[str, Any]) -> None:
        peer.client.views_open(trigger_id=body["trigger_id"], view=modal())
        ack()

    @peer.bolt.view("asked")
    def submitted(ack: Ack, view: dict[str, Any]) -> None:
        got.append(view["state"]["values"])
        if got[-1]["title"]["text"]["value"] == "bad":
            ack(response_action="errors", errors={"title": "Say more"})
        else:
            ack(response_action="update", view=modal(_input("more")))

    alice.shortcut("announce")
    with pytest.raises(AssertionError, match="Title"):
        alice.submit()
    alice.submit({"title/text": "bad"})
    assert alice.modals[-1].errors == {"title": "Say more"}
    alice.submit({"Title": "good"})
    assert "More" in alice.modals[-1].text
    assert [each["title"]["text"]["value"] for each in got] == ["bad", "good"]
    alice.close_modal()
    assert not alice.modals


def test_a_home_is_told_of_with_the_version_that_it_shows(peer: Peer, alice: Person) -> None:
    hashes: list[str] = []

    @peer.bolt.event("app_home_opened")
    def opened(event: dict[str, Any]) -> None:
        hashes.append(event.get("view", {}).get("hash", ""))

    view = {"type": "home", "blocks": _buttons("Yes")}
    alice.open_home()
    peer.client.views_publish(user_id="UALICE", view=view)
    alice.open_home()
    assert alice.home is not None
    assert "Well?" in alice.home.text
    assert hashes == ["", alice.home.hash]


def test_what_is_written_in_a_channel_is_heard_where_the_app_is(peer: Peer, alice: Person) -> None:
    heard: list[tuple[str, str]] = []

    @peer.bolt.event("app_mention")
    def mentioned(event: dict[str, Any]) -> None:
        heard.append(("mention", event["text"]))

    @peer.bolt.event("message")
    def wrote(event: dict[str, Any]) -> None:
        heard.append((event.get("subtype", event["channel_type"]), event.get("text", "")))

    peer.slack.add_channel("C9", member=False)
    alice.write("C9", "nobody hears this")
    alice.delete(alice.write("C1", "hello"))
    alice.mention("C1", "help")
    alice.say_to_app("help")
    assert heard == [
        ("channel", "hello"), ("message_deleted", ""), ("mention", "<@UBOT> help"),
        ("channel", "<@UBOT> help"), ("im", "help"),
    ]  # fmt: skip


def test_somebody_of_another_workspace_is_told_apart_and_can_use_a_modal(peer: Peer) -> None:
    seen: list[tuple[str | None, str]] = []

    @peer.bolt.action("do.yes")
    def pressed(ack: Ack, body: dict[str, Any]) -> None:
        seen.append((body["team"]["id"], body["user"]["team_id"]))
        peer.client.views_open(trigger_id=body["trigger_id"], view=modal())
        ack()

    @peer.bolt.view("asked")
    def submitted(ack: Ack, body: dict[str, Any]) -> None:
        seen.append((body["view"]["app_installed_team_id"], body["user"]["team_id"]))
        ack()

    peer.slack.add_channel("C3", shared=True)
    bob = peer.slack.person("UBOB", team="T2")
    peer.client.chat_postMessage(channel="C3", text="Well?", blocks=_buttons("Yes"))
    bob.press(peer.slack.messages[-1], "Yes")
    bob.submit({"Title": "hello"})
    assert seen == [("T1", "T2"), ("T1", "T2")]
    assert not bob.modals


def test_options_are_typed_for(peer: Peer, alice: Person) -> None:
    menu = _input("topic", type="external_select", action_id="wanted")

    @peer.bolt.shortcut("announce")
    def opened(ack: Ack, body: dict[str, Any]) -> None:
        peer.client.views_open(trigger_id=body["trigger_id"], view=modal(menu))
        ack()

    @peer.bolt.options("wanted")
    def given(ack: Ack, payload: dict[str, Any]) -> None:
        ack(options=[{"text": _text(payload["value"] + "rgy"), "value": "energy"}])

    alice.shortcut("announce")
    [option] = alice.type_ahead("wanted", "ene")
    alice.fill({"topic/wanted": option})
    assert alice.modals[-1].shown()["state"]["values"]["topic"]["wanted"]["selected_option"] == option


def test_an_answer_that_slack_would_not_take_is_trouble(peer: Peer, alice: Person) -> None:
    @peer.bolt.command("/silta")
    def listen(ack: Ack) -> None:
        ack({"response_type": "in_channel", "text": "to all"})

    @peer.bolt.command("/loud")
    def loud(ack: Ack) -> None:
        ack({"text": "hi", "blocks": _buttons(*[f"B{number}" for number in range(26)])})

    alice.slash("/silta share")
    assert (peer.slack.messages[-1].text, alice.ephemerals, alice.trouble) == ("to all", [], "")
    alice.slash("/loud")
    assert "invalid_blocks" in alice.trouble
    alice.slash("/unknown")
    assert "dispatch_failed" in alice.trouble


def test_the_address_of_an_app_is_verified_and_what_is_not_signed_is_refused(peer: Peer) -> None:
    assert "ch4" in peer.slack.verify_url("ch4").body
    assert peer.slack.check_certificate().ok
    body = b'{"type":"event_callback"}'
    assert peer.slack.door.send(body, "application/json", "forged", signed=False).status == 401
    peer.slack.door.skew = -301
    assert peer.slack.verify_url().status == 401
