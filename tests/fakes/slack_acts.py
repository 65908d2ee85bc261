"""What a person has before them in the fake Slack, and what they write and take back there."""

from __future__ import annotations

from typing import Any

from tests.fakes.slack_answers import Ephemeral
from tests.fakes.slack_door import Answer
from tests.fakes.slack_files import choose
from tests.fakes.slack_inputs import elements, find
from tests.fakes.slack_payloads import Node, Payloads
from tests.fakes.slack_records import Posted
from tests.fakes.slack_surfaces import with_ids
from tests.fakes.slack_views import View


class Acts(Payloads):
    """A person's view of Slack, and their own messages."""

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
        if place.team != self.team:
            event |= {"user_team": self.team, "source_team": self.team}
        outer = {"is_ext_shared_channel": place.shared}
        if mention:
            self._slack.event(event | {"type": "app_mention"}, team=place.team, **outer)
        told = {"type": "message", "channel_type": place.kind}
        return self._slack.event(event | told, team=place.team, **outer)

    def choose(self, name: str, body: bytes) -> Node:
        """A file of theirs, for a `file_input` to be filled with."""
        with self._slack._lock:
            return choose(self._slack._workspace, self.team, name, body)

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
