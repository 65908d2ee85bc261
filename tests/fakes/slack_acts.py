"""The payloads of what a person does in the fake Slack, and what they have before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fakes.slack_answers import Ephemeral
from tests.fakes.slack_door import APP, VERIFICATION, Answer
from tests.fakes.slack_inputs import elements, find, state_of
from tests.fakes.slack_surfaces import with_ids
from tests.fakes.slack_views import View
from tests.fakes.slack_workspace import Posted, User

if TYPE_CHECKING:
    from tests.fakes.slack_driving import Driven

Node = dict[str, Any]


class Acts:
    """A person's ids, what they see, and what Slack sends when they do something."""

    def __init__(self, slack: Driven, user: User) -> None:
        self._slack = slack
        self.user, self.id, self.team = user, user.id, user.team
        self.key = (user.team, user.id)
        workspace = slack._workspace
        self.dm = workspace.direct(user.team, user.id, "user_not_found")
        self.bot = next((each.bot for each in workspace.tokens.values() if each.team == user.team), "UBOT")

    # -- what they see

    @property
    def home(self) -> View | None:
        """Their Home as it was published last."""
        return self._slack._workspace.views.homes.get(self.key)

    @property
    def modals(self) -> list[View]:
        """Their open modals, the one on top last."""
        return list(self._slack._workspace.views.modals.get(self.key, ()))

    @property
    def ephemerals(self) -> list[Ephemeral]:
        """What only they see, and was not taken away."""
        shown = self._slack._workspace.answers.ephemerals
        return [each for each in shown if each.who == self.key and not each.gone]

    @property
    def messages(self) -> list[Posted]:
        """What the app wrote to them directly and did not delete."""
        return [each for each in self._slack._workspace.written(self.dm) if each.user != self.id]

    # -- what is sent

    def _who(self) -> Node:
        name = self.user.name.lower()
        return {"id": self.id, "username": name, "name": name, "team_id": self.team}

    def _envelope(self, kind: str, in_modal: bool = False) -> Node:
        with self._slack._lock:
            trigger = self._slack._workspace.views.trigger(self.key, in_modal)
        return {
            "type": kind, "team": {"id": self.team, "domain": f"fake-{self.team.lower()}"}, "user": self._who(),
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
            payload = self._envelope("block_actions", in_modal=place.given["type"] == "modal")
            payload["view"] = place.shown()
            payload["container"] = {"type": "view", "view_id": place.id}
            return self._slack.door.payload(payload | {"actions": [action]})
        payload = self._envelope("block_actions")
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
        payload = self._envelope("message_action" if message else "shortcut")
        payload |= {"callback_id": callback_id, "action_ts": self._stamp()}
        if message:
            found = self._slack._workspace.message(message.channel, message.ts)
            assert found, "that message is not there"
            payload |= {"message": found.shown(with_metadata=False), "message_ts": message.ts}
            payload["channel"] = {"id": message.channel, "name": message.channel.lower()}
            payload["response_url"] = self._answer_at(message.channel)
        return self._slack.door.payload(payload)

    def _send_view(self, kind: str, view: View, **more: Any) -> Answer:
        payload = self._envelope(kind, in_modal=True) | {"view": view.shown()} | more
        if kind == "view_closed":
            payload.pop("trigger_id")
        else:
            payload["response_urls"] = []
        return self._slack.door.payload(payload)

    # -- messages

    def _post(self, channel: str, text: str, thread: Any) -> Posted:
        args = {"text": text}
        if thread is not None:
            args["thread_ts"] = thread if isinstance(thread, str) else thread.ts
        with self._slack._lock:
            workspace = self._slack._workspace
            place = workspace.conversations.get(channel)
            assert place is not None, f"there is no channel {channel}"
            assert place.holds(self.id), f"{self.id} is not in {channel}"
            return workspace.commit(place, args, self.id)

    def _tell(self, posted: Posted, mention: bool = False) -> Answer:
        """Let the app hear of a message: of the mention, then of the message; answers with the last."""
        place = self._slack._workspace.conversations[posted.channel]
        if not place.member:
            return Answer(200, "", 0.0)
        event = {"user": self.id, "text": posted.text, "ts": posted.ts, "channel": posted.channel}
        event |= {"event_ts": posted.ts, "team": self.team, "client_msg_id": f"client-{posted.ts}"}
        event |= {"thread_ts": posted.thread_ts} if posted.thread_ts else {}
        outer = {"is_ext_shared_channel": place.shared}
        if mention:
            self._slack.event(event | {"type": "app_mention"}, team=place.team, **outer)
        told = {"type": "message", "channel_type": place.kind}
        return self._slack.event(event | told, team=place.team, **outer)

    def edit(self, written: Any, text: str) -> Answer:
        """Change what they wrote."""
        with self._slack._lock:
            before = self._slack._workspace.message(written.channel, written.ts)
            assert before is not None, "that message is not there"
            assert before.user == self.id, "only one's own messages can be changed"
            after = self._slack._workspace.change(before, {"text": text})
        both = {"message": after.shown(False), "previous_message": before.shown(False)}
        return self._changed(before, {"subtype": "message_changed", "hidden": True, **both})

    def delete(self, written: Any) -> Answer:
        """Delete a message: one's own, or, as administrators can, the app's."""
        with self._slack._lock:
            before = self._slack._workspace.message(written.channel, written.ts)
            assert before, "that message is not there"
            self._slack._workspace.remove(before)
        told = {"deleted_ts": before.ts, "previous_message": before.shown(False)}
        return self._changed(before, {"subtype": "message_deleted", "hidden": True, **told})

    def _changed(self, posted: Posted, what: Node) -> Answer:
        place = self._slack._workspace.conversations[posted.channel]
        if not place.member:
            return Answer(200, "", 0.0)
        event = {"type": "message", "channel": place.id, "channel_type": place.kind, "ts": self._stamp()}
        return self._slack.event(event | what, team=place.team)

    # -- consent

    def authorize(self, address: str, *, allow: bool = True, scopes: frozenset[str] | None = None) -> str:
        """Answer Slack's page of consent at this address; gives where their browser goes next.

        `scopes`: only these are allowed. Raises Refused where Slack's page says that the app is set up wrongly.
        """
        with self._slack._lock:
            return self._slack._workspace.oauth.consent(self.user, address, allow, scopes)

    # -- where things are

    def _stamp(self) -> str:
        with self._slack._lock:
            return self._slack._workspace.stamp()

    def _blocks(self, place: Posted | Ephemeral | View) -> list[Node]:
        if isinstance(place, Posted):
            now = self._slack._workspace.message(place.channel, place.ts)
            assert now is not None, "that message is not there any more"
            return with_ids(now.blocks)
        return place.blocks

    def _top(self) -> View:
        assert self.modals, "no modal is open"
        return self.modals[-1]

    def _input(self, view: View, block: str, action: str) -> tuple[str, Node]:
        if not block:
            for home, element in elements(view.blocks):
                label = next((each.get("label", {}) for each in view.blocks if each["block_id"] == home), {})
                if action in (home, label.get("text")):
                    return home, element
        return find(view.blocks, action, block)

    def _close(self, view: View, all_of_them: bool) -> None:
        stack = self._slack._workspace.views.modals.get(self.key, [])
        if all_of_them:
            stack.clear()
        elif view in stack:
            stack.remove(view)
