"""Two Slacks that the same tests speak to: the fake, and the npm package `emulate`; and where the latter differs."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from slack_sdk import WebClient

from tests.fakes.slack import FakeSlack
from tests.fakes.slack_emulate import emulated
from tests.fakes.slack_people import Person

BACK = "https://silta.example.org/slack/oauth_redirect"
CLIENT = {"client_id": "111.222", "client_secret": "client-secret"}

DIFFERENCES = {
    "test_metadata_is_held_back_unless_asked_for": "shows metadata to everybody",
    "test_a_reply_that_is_broadcast_is_seen_in_the_channel": "leaves a broadcast reply out of the history",
    "test_an_unknown_token_is_refused": "takes any token, as that of an administrator",
    "test_an_address_is_found_in_any_case": "finds an address only as it is written",
    "test_too_many_blocks_are_refused": "takes 51 blocks",
    "test_a_modal_with_an_input_needs_submit": "opens a modal with an input and without submit",
    "test_a_title_has_at_most_24_characters": "opens a modal with a title of 25 characters",
    "test_a_token_can_be_revoked": "has no auth.revoke",
    "test_posting_needs_membership": "posts to channels that the app is not in",
    "test_a_person_can_be_written_to_by_their_id": "knows no direct message by a person's id",
}
"""What `emulate` does otherwise than Slack, by the test that shows it. The same table is in tests/README.md."""


@dataclass
class Peer:
    """A Slack with Alice and Bob, a channel that the app is in (`channel`) and one where it is not (`other`)."""

    url: str
    channel: str = "C1"
    other: str = "C2"
    alice: str = "UALICE"
    bob: str = "UBOB"
    full: str = "xoxb-full"
    poor: str = "xoxb-poor"
    person: Person | None = field(default=None, repr=False)

    def client(self, token: str | None = None) -> WebClient:
        """Slack's own client, with the token that may do most where none is given; "" is none."""
        token = self.full if token is None else token
        return WebClient(token=token or None, base_url=f"{self.url}/api/", retry_handlers=[])

    def trigger(self) -> str:
        """A trigger, as of something that Alice did."""
        if self.person is not None:
            return self.person._slack._workspace.views.trigger(self.person.key)
        made = self.client().api_call("views.generateTriggerId", json={"user_id": self.alice})
        return str(made["trigger_id"])

    def consent(self) -> str:
        """Where Alice's browser goes when she allows the app."""
        asked = {"client_id": "111.222", "scope": "chat:write", "state": "s1", "redirect_uri": BACK}
        if self.person is not None:
            return self.person.authorize(f"{self.url}/oauth/v2/authorize?{urlencode(asked)}")
        form = urlencode({**asked, "user_id": self.alice, "user_scope": ""}).encode()
        opener = urllib.request.build_opener(_Stay)
        with opener.open(f"{self.url}/oauth/v2/authorize/callback", form, timeout=5) as answer:
            return str(answer.headers["Location"] or re.findall(rb'url=([^"]+)"', answer.read())[0].decode())


class _Stay(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        return fp


@contextmanager
def the_fake() -> Iterator[Peer]:
    """The fake Slack as a peer."""
    with FakeSlack() as slack:
        slack.add_token("xoxb-full")
        slack.add_token("xoxb-poor", scopes=frozenset({"channels:read"}))
        slack.add_channel("C1")
        slack.add_channel("C2", member=False)
        alice = slack.person("UALICE", called="alice", email="alice@example.org")
        slack.person("UBOB", called="bob", email="bob@example.org")
        yield Peer(slack.url, person=alice)


@contextmanager
def emulate() -> Iterator[Peer]:
    """`emulate` as a peer. Raises NotHere."""
    with emulated() as url:
        peer = Peer(url)
        client = peer.client()
        places = {each["name"]: each["id"] for each in client.conversations_list()["channels"]}
        people = {each["name"]: each["id"] for each in client.users_list()["members"]}
        peer.channel, peer.other = places["general"], places["random"]
        peer.alice, peer.bob = people["alice"], people["bob"]
        client.conversations_join(channel=peer.channel)
        client.conversations_invite(channel=peer.channel, users=[peer.bob])
        yield peer
