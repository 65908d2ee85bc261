"""The payloads that Slack sends an app when a person does something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack_answers import Ephemeral
from tests.fakes.slack_door import APP, VERIFICATION, Answer
from tests.fakes.slack_inputs import find, state_of
from tests.fakes.slack_records import Posted, User
from tests.fakes.slack_views import View

if TYPE_CHECKING:
    from tests.fakes.slack_driving import Driven

Node = dict[str, Any]


class Payloads:
    """A person's ids, and what Slack sends when they do something."""

    def __init__(self, slack: Driven, user: User) -> None:
        self._slack = slack
        self.user, self.id, self.team = user, user.id, user.team
        self.key = (user.team, user.id)
        workspace = slack._workspace
        self.dm = workspace.direct(user.team, user.id, "user_not_found")
        self.bot = next((each.bot for each in workspace.tokens.values() if each.team == user.team), "UBOT")

    # -- what is sent

    def _who(self) -> Node:
        name = self.user.name.lower()
        return {"id": self.id, "username": name, "name": name, "team_id": self.team}

    def _envelope(self, kind: str, in_modal: bool = False, team: str = "") -> Node:
        """What all payloads have. `team` is where the app is installed, which in a shared channel may be
        another workspace than the person's own."""
        team = team or self.team
        with self._slack._lock:
            trigger = self._slack._workspace.views.trigger(self.key, in_modal, team)
        return {
            "type": kind, "team": {"id": team, "domain": f"fake-{team.lower()}"}, "user": self._who(),
            "api_app_id": APP, "token": VERIFICATION, "trigger_id": trigger, "enterprise": None,
            "is_enterprise_install": False,
        }  # fmt: skip

    def _answer_at(self, channel: str, source: Any = None) -> str:
        with self._slack._lock:
            return self._slack.url + self._slack._workspace.answers.url(self.key, channel, source)

    def _send_command(self, command: str, text: str, channel: str) -> Answer:
        place = self._slack._workspace.conversations.get(channel)
        with self._slack._lock:
            trigger = self._slack._workspace.views.trigger(self.key)
        fields = {
            "token": VERIFICATION, "team_id": self.team, "team_domain": f"fake-{self.team.lower()}",
            "channel_id": channel, "user_id": self.id, "user_name": self.user.name.lower(), "command": command,
            "channel_name": "directmessage" if place and place.user else (place and place.name) or channel.lower(),
            "text": text, "api_app_id": APP, "is_enterprise_install": "false", "trigger_id": trigger,
            "response_url": self._answer_at(channel),
        }  # fmt: skip
        return self._slack.door.form(fields, command)

    def _send_action(self, place: Posted | Ephemeral | View, blocks: list[Node], action: Node) -> Answer:
        if isinstance(place, View):
            in_modal = place.given["type"] == "modal"
            payload = self._envelope("block_actions", in_modal, place.team)
            payload["view"] = place.shown()
            payload["container"] = {"type": "view", "view_id": place.id}
            return self._slack.door.payload(payload | {"actions": [action]})
        payload = self._envelope("block_actions", team=self._team_of(place.channel))
        only = isinstance(place, Ephemeral)
        payload["container"] = {
            "type": "message", "message_ts": place.ts, "channel_id": place.channel, "is_ephemeral": only,
        }  # fmt: skip
        if place.thread_ts:
            payload["container"]["thread_ts"] = place.thread_ts
        payload["channel"] = {"id": place.channel, "name": place.channel.lower()}
        payload["response_url"] = self._answer_at(place.channel, place)
        state: Node = {action["block_id"]: {}}
        if action["type"] not in ("button", "overflow"):
            block, element = find(blocks, action["action_id"])
            chosen = next(value for name, value in action.items() if name.startswith("selected_"))
            state = {block: {action["action_id"]: state_of(element, chosen)}}
        payload["state"] = {"values": {name: found for name, found in state.items() if found}}
        if isinstance(place, Posted):
            payload["message"] = place.shown(with_metadata=True) | {"blocks": blocks, "app_id": APP}
        return self._slack.door.payload(payload | {"actions": [action]})

    def _send_shortcut(self, callback_id: str, message: Any) -> Answer:
        team = self._team_of(message.channel) if message else ""
        payload = self._envelope("message_action" if message else "shortcut", team=team)
        payload |= {"callback_id": callback_id, "action_ts": self._stamp()}
        if message:
            found = self._slack._workspace.message(message.channel, message.ts)
            assert found, "that message is not there"
            payload |= {"message": found.shown(with_metadata=False), "message_ts": message.ts}
            payload["channel"] = {"id": message.channel, "name": message.channel.lower()}
            payload["response_url"] = self._answer_at(message.channel)
        return self._slack.door.payload(payload)

    def _send_view(self, kind: str, view: View, **more: Any) -> Answer:
        payload = self._envelope(kind, True, view.team) | {"view": view.shown()} | more
        if kind == "view_closed":
            payload.pop("trigger_id")
        else:
            payload["response_urls"] = []
        return self._slack.door.payload(payload)

    def _send_typed(self, view: View, block: str, element: Node, typed: str) -> Answer:
        payload = self._envelope("block_suggestion", True, view.team)
        payload |= {
            "block_id": block,
            "action_id": element["action_id"],
            "value": typed,
            "view": view.shown(),
        }
        payload["container"] = {"type": "view", "view_id": view.id}
        payload.pop("trigger_id")
        return self._slack.door.payload(payload)

    def _team_of(self, channel: str) -> str:
        place = self._slack._workspace.conversations.get(channel)
        return place.team if place else self.team

    def _stamp(self) -> str:
        with self._slack._lock:
            return self._slack._workspace.stamp()
