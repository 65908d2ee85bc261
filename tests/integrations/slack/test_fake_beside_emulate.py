"""Slack's own client gets the same from the fake and from `emulate`, but for the differences that are known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack_emulate import NotHere
from tests.integrations.slack.peers import BACK, CLIENT, DIFFERENCES, Peer, emulate, the_fake

META = {"event_type": "made", "event_payload": {"id": "1"}}
BLOCK = {"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}


@pytest.fixture(scope="module")
def emulated() -> Iterator[Peer | str]:
    """`emulate`, or why it is not here."""
    with ExitStack() as stack:
        try:
            found: Peer | str = stack.enter_context(emulate())
        except NotHere as why:
            found = str(why)
        yield found


@pytest.fixture(params=["fake", "emulate"])
def peer(request: pytest.FixtureRequest, record_property: Callable[[str, str], None]) -> Iterator[Peer]:
    if request.param == "fake":
        with the_fake() as found:
            yield found
        return
    other = request.getfixturevalue("emulated")
    if isinstance(other, str):
        record_property("figures", f"emulate: the comparison with the fake Slack did not run: {other}")
        pytest.skip(other)
    if differs := DIFFERENCES.get(request.node.originalname):
        request.applymarker(pytest.mark.xfail(reason=differs, strict=True))
    yield other


def _refused(call: Callable[..., Any], **args: Any) -> str:
    with pytest.raises(SlackApiError) as why:
        call(**args)
    return str(why.value.response["error"])


def _modal(**more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": {"type": "plain_text", "text": "Ask"}, "blocks": [BLOCK]} | more


def _history(peer: Peer, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = peer.client().conversations_history(channel=peer.channel, **more)[
        "messages"
    ]
    return found


def test_a_post_is_kept_changed_linked_to_and_deleted(peer: Peer) -> None:
    client, place = peer.client(), peer.channel
    ts = client.chat_postMessage(channel=place, text="one", blocks=[BLOCK], metadata=META)["ts"]
    client.chat_update(channel=place, ts=ts, text="two")
    kept = _history(peer, include_all_metadata=True)[0]
    assert (kept["text"], kept.get("blocks") or [], kept["metadata"]) == ("two", [], META)
    link = client.chat_getPermalink(channel=place, message_ts=ts)["permalink"]
    assert f"/archives/{place}/p{ts.replace('.', '')}" in link
    client.chat_delete(channel=place, ts=ts)
    assert _refused(client.chat_delete, channel=place, ts=ts) == "message_not_found"
    assert _refused(client.chat_update, channel=place, ts=ts, text="three") == "message_not_found"


def test_replies_stand_in_their_thread_and_not_in_the_channel(peer: Peer) -> None:
    client, place = peer.client(), peer.channel
    ts = client.chat_postMessage(channel=place, text="first")["ts"]
    client.chat_postMessage(channel=place, text="reply", thread_ts=ts)
    assert _history(peer)[0]["text"] == "first"
    thread = client.conversations_replies(channel=place, ts=ts)["messages"]
    assert [each["text"] for each in thread] == ["first", "reply"]


def test_history_is_paged(peer: Peer) -> None:
    for number in range(3):
        peer.client().chat_postMessage(channel=peer.channel, text=str(number))
    page = peer.client().conversations_history(channel=peer.channel, limit=2)
    rest = page["response_metadata"]["next_cursor"]
    assert [each["text"] for each in page["messages"]] == ["2", "1"]
    assert _history(peer, limit=2, cursor=rest)[0]["text"] == "0"


def test_metadata_is_held_back_unless_asked_for(peer: Peer) -> None:
    peer.client().chat_postMessage(channel=peer.channel, text="one", metadata=META)
    assert _history(peer)[0]["metadata"] == {"event_type": "made"}


def test_a_reply_that_is_broadcast_is_seen_in_the_channel(peer: Peer) -> None:
    ts = peer.client().chat_postMessage(channel=peer.channel, text="first")["ts"]
    peer.client().chat_postMessage(channel=peer.channel, text="reply", thread_ts=ts, reply_broadcast=True)
    assert _history(peer)[0]["text"] == "reply"


def test_a_post_that_says_nothing_or_goes_nowhere_is_refused(peer: Peer) -> None:
    post = peer.client().chat_postMessage
    assert _refused(post, channel="CNOWHERE", text="hi") == "channel_not_found"
    silent = {"api_method": "chat.postMessage", "json": {"channel": peer.channel, "text": ""}}
    assert _refused(peer.client().api_call, **silent) == "no_text"


def test_too_many_blocks_are_refused(peer: Peer) -> None:
    post = peer.client().chat_postMessage
    assert _refused(post, channel=peer.channel, text="hi", blocks=[BLOCK] * 51) == "invalid_blocks"


def test_posting_needs_membership(peer: Peer) -> None:
    assert _refused(peer.client().chat_postMessage, channel=peer.other, text="hi") == "not_in_channel"


def test_a_public_channel_can_be_joined(peer: Peer) -> None:
    peer.client().conversations_join(channel=peer.other)
    assert peer.client().conversations_info(channel=peer.other)["channel"]["is_member"]


def test_a_token_does_what_its_scopes_allow(peer: Peer) -> None:
    poor = peer.client(peer.poor)
    assert _refused(poor.chat_postMessage, channel=peer.channel, text="hi") == "missing_scope"
    assert _refused(peer.client("").auth_test) == "not_authed"


def test_an_unknown_token_is_refused(peer: Peer) -> None:
    assert _refused(peer.client("xoxb-unknown").auth_test) == "invalid_auth"


def test_a_token_can_be_revoked(peer: Peer) -> None:
    peer.client(peer.poor).auth_revoke()
    assert _refused(peer.client(peer.poor).auth_test) == "token_revoked"


def test_people_are_found(peer: Peer) -> None:
    client = peer.client()
    assert client.users_info(user=peer.alice)["user"]["profile"]["email"] == "alice@example.org"
    assert client.users_lookupByEmail(email="bob@example.org")["user"]["id"] == peer.bob
    assert _refused(client.users_info, user="UNOBODY") == "user_not_found"
    assert _refused(client.users_lookupByEmail, email="nobody@example.org") == "users_not_found"


def test_an_address_is_found_in_any_case(peer: Peer) -> None:
    assert peer.client().users_lookupByEmail(email="Alice@Example.org")["user"]["id"] == peer.alice


def test_a_direct_message_is_opened_and_written_to(peer: Peer) -> None:
    direct = peer.client().conversations_open(users=[peer.bob])["channel"]["id"]
    assert peer.client().chat_postMessage(channel=direct, text="hi")["channel"] == direct
    assert peer.client().conversations_open(users=[peer.bob])["channel"]["id"] == direct


def test_a_person_can_be_written_to_by_their_id(peer: Peer) -> None:
    assert peer.client().chat_postMessage(channel=peer.alice, text="hi")["channel"].startswith("D")


def test_what_is_shown_to_one_person(peer: Peer) -> None:
    assert peer.client().chat_postEphemeral(channel=peer.channel, user=peer.bob, text="psst")["message_ts"]


def test_of_two_tabs_one_publishes(peer: Peer) -> None:
    home, publish = {"type": "home", "blocks": [BLOCK]}, peer.client().views_publish
    first = publish(user_id=peer.alice, view=home)["view"]["hash"]
    publish(user_id=peer.alice, view=home, hash=first)
    assert _refused(publish, user_id=peer.alice, view=home, hash=first) == "hash_conflict"


def test_a_trigger_opens_one_modal_which_is_updated_once_a_version(peer: Peer) -> None:
    client, trigger = peer.client(), peer.trigger()
    view = client.views_open(trigger_id=trigger, view=_modal())["view"]
    assert _refused(client.views_open, trigger_id=trigger, view=_modal()) == "exchanged_trigger_id"
    assert _refused(client.views_open, trigger_id="1.2.3", view=_modal()) == "invalid_trigger_id"
    update = {"view_id": view["id"], "view": _modal(), "hash": view["hash"]}
    client.views_update(**update)
    assert _refused(client.views_update, **update) == "hash_conflict"


def test_a_modal_with_an_input_needs_submit(peer: Peer) -> None:
    element = {"type": "plain_text_input", "action_id": "text"}
    block = {"type": "input", "label": {"type": "plain_text", "text": "Title"}, "element": element}
    call = {"trigger_id": peer.trigger(), "view": _modal(blocks=[block])}
    assert _refused(peer.client().views_open, **call) == "invalid_arguments"


def test_a_title_has_at_most_24_characters(peer: Peer) -> None:
    call = {"trigger_id": peer.trigger(), "view": _modal(title={"type": "plain_text", "text": "x" * 25})}
    assert _refused(peer.client().views_open, **call) == "invalid_arguments"


def test_a_code_is_exchanged_for_a_token_once(peer: Peer) -> None:
    back = dict(parse_qsl(urlsplit(peer.consent()).query))
    assert back["state"] == "s1"
    call = CLIENT | {"code": back["code"], "redirect_uri": BACK}
    access = peer.client("").oauth_v2_access
    given = access(**call)
    assert (given["token_type"], given["scope"]) == ("bot", "chat:write")
    assert peer.client(given["access_token"]).auth_test()["team_id"] == given["team"]["id"]
    with pytest.raises(SlackApiError):
        access(**call)
    assert _refused(access, **(call | {"code": "none"})) == "invalid_code"


def test_a_file_is_uploaded(peer: Peer) -> None:
    sent = peer.client().files_upload_v2(channel=peer.channel, filename="plan.png", content=b"\x89PNG")
    assert len(sent["files"]) == 1


def test_every_difference_is_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert [said for said in DIFFERENCES.values() if f"| {said} |" not in readme] == []
