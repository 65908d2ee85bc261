"""People in the fake Slack: what they do goes to the app as real signed HTTP, what they see can be looked at.

    slack.connect("http://127.0.0.1:5000/slack/events", SECRET)   # or: with serving(app) as url: …
    alice = slack.person("UALICE", email="alice@example.org", locale="sv-SE", tz="Europe/Stockholm",
                         team="T1", called="Alice", guest=False, deleted=False)
    answer = alice.slash("/silta open calls", channel="C1")       # Answer(status, body, seconds); .ok, .data
    alice.say_to_app("open calls")                                # a direct message to the app (message.im)
    wrote = alice.mention("C1", "open calls")                     # app_mention and message; wrote.ts, .answer
    wrote = alice.write("C1", "We are in", thread=post)           # message.channels / message.groups
    alice.edit(wrote, "We are out"); alice.delete(wrote)          # message_changed, message_deleted
    alice.press(slack.messages[0], "Interested")                  # a message, an Ephemeral or a View; None is
    alice.press(None, "remind.date", "2027-01-15")                #   the modal on top, else the Home. By label,
    alice.press(alice.home, "home.language", "Suomi")             #   action_id, value or placeholder; choices by
                                                                  #   value, words or date; lists for many
    alice.open_home(); alice.home.text, alice.home.blocks, .hash  # app_home_opened; the last published view
    alice.shortcut("announce"); alice.shortcut("share", slack.messages[0])
    alice.modals[-1].text, .errors, .filled                       # the stack of modals, at most three
    alice.fill({"title_fi/text": "Hei"}); alice.type_ahead("topic", "ene")
    alice.submit({"title_fi/text": "Hei", "cities/chosen": ["tampere"]})   # view_submission, keys block/action or
                                                                  #   action alone; obeys response_action
    alice.close_modal()                                           # view_closed where it asked to be told
    alice.ephemerals[-1].words, .blocks, .channel                 # from response_url, postEphemeral, and acks
    alice.authorize(address, allow=True, scopes=None)             # Slack's page of consent; gives the next address
    alice.messages                                                # what the app wrote to her directly
    alice.trouble                                                 # what Slack told her went wrong, or ""

`slack.verify_url()`, `slack.check_certificate()` are what Slack itself asks (url_verification, ssl_check).
`slack.event({...}, repeat=10)` delivers any event, ten times under one `event_id`; `slack.retry_due()` does
Slack's later attempts; `slack.slow_acks`, `slack.deliveries`; `slack.leave("UALICE")`,
`slack.echo(post)` (its own post),
`slack.changed("UALICE", email=…)`, `slack.alter("C1", archived=True)`, `slack.uninstall(team="T2")`.
Modals open with triggers that last three seconds of Slack's clock and serve once. Faults for any method:
`slack.fail_next("hash_conflict", method="views.publish")`, `slack.limit_next(30, method="chat.update")`,
and `method="response_url"`. The app's own registration is `slack.oauth` (client_id, client_secret,
redirect_uris); uploaded files are `slack.files`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_acts import Acts
from tests.fakes.slack_answers import Ephemeral
from tests.fakes.slack_door import Answer
from tests.fakes.slack_inputs import action_of, find, state_of, unfilled
from tests.fakes.slack_limits import Refused, check_message
from tests.fakes.slack_views import View
from tests.fakes.slack_workspace import Posted, User

if TYPE_CHECKING:
    from tests.fakes.slack_driving import Driven

CONNECTING = "We had some trouble connecting. Try again?"


@dataclass(frozen=True, slots=True)
class Written:
    """What a person wrote, and what the app answered to the event of it."""

    channel: str
    ts: str
    text: str
    answer: Answer


class Person(Acts):
    """One person in one workspace; made by `slack.person`. See the module for what they can do."""

    def __init__(self, slack: Driven, user: User) -> None:
        super().__init__(slack, user)
        self.trouble = ""

    # -- what they say

    def slash(self, said: str, channel: str = "C1") -> Answer:
        """Use a slash command. What the app acknowledges with is shown to them."""
        command, _, text = said.partition(" ")
        answer = self._send_command(command, text, channel)
        self._learn(answer, command)
        if answer.ok and answer.body:
            self._take_at_once(answer, channel)
        return answer

    def _take_at_once(self, answer: Answer, channel: str) -> None:
        """Show what a command was acknowledged with, to them or to all."""
        said, workspace = answer.data or {"text": answer.body}, self._slack._workspace
        try:
            check_message(said)
        except Refused as why:
            self.trouble = f"{CONNECTING} ({why.error} {why.details or ''})"
            return
        with self._slack._lock:
            if said.get("response_type") == "in_channel":
                workspace.commit(workspace.conversations[channel], said, self.bot)
            else:
                workspace.answers.show(self.key, channel, said, workspace.stamp())

    def say_to_app(self, text: str, thread: Any = None) -> Written:
        """Write to the app directly."""
        return self._write(self.dm, text, thread)

    def write(self, channel: str, text: str, thread: Any = None) -> Written:
        """Write in a channel; the app hears of it when it is in there. `thread` is a message or a ts."""
        return self._write(channel, text, thread)

    def mention(self, channel: str, text: str, thread: Any = None) -> Written:
        """Write to the app in a channel: it hears of the mention, and of the message."""
        return self._write(channel, f"<@{self.bot}> {text}", thread, mention=True)

    def _write(self, channel: str, text: str, thread: Any, mention: bool = False) -> Written:
        posted = self._post(channel, text, thread)
        heard = self._tell(posted, mention)
        return Written(channel, posted.ts, text, heard)

    # -- what they do

    def press(self, where: Posted | Ephemeral | View | None, wanted: str, value: Any = None) -> Answer:
        """Press a button, or choose something in a menu or a picker."""
        place = where or (self.modals[-1] if self.modals else self.home)
        assert place is not None, "there is neither a modal nor a Home"
        blocks = self._blocks(place)
        block, element = find(blocks, wanted)
        state = state_of(element, value)
        if isinstance(place, View) and element["type"] not in ("button", "overflow"):
            place.filled.setdefault(block, {})[element["action_id"]] = state
        answer = self._send_action(place, blocks, action_of(block, element, state, self._stamp()))
        self._learn(answer)
        return answer

    def open_home(self) -> Answer:
        """Open the app's Home tab."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": self.id,
            "channel": self.dm,
            "tab": "home",
        }
        if self.home is not None:
            event["view"] = self.home.shown()
        return self._slack.event(event, team=self.team)

    def shortcut(self, callback_id: str, message: Posted | Written | None = None) -> Answer:
        """Use a global shortcut, or one on a message."""
        answer = self._send_shortcut(callback_id, message)
        self._learn(answer)
        return answer

    # -- modals

    def fill(self, values: dict[str, Any], view: View | None = None) -> View:
        """Fill in a modal without submitting it. Keys are `block/action`, or an action_id, label or block_id."""
        view = view or self._top()
        for name, value in values.items():
            block, _, action = name.rpartition("/")
            home, element = self._input(view, block, action)
            view.filled.setdefault(home, {})[element["action_id"]] = state_of(element, value)
        return view

    def type_ahead(self, wanted: str, typed: str, view: View | None = None) -> list[dict[str, Any]]:
        """Type in a menu whose options the app gives (`external_select`); returns them."""
        view = view or self._top()
        block, element = find(view.blocks, wanted)
        answer = self._send_typed(view, block, element, typed)
        self._learn(answer)
        return list(answer.data.get("options") or ())

    def submit(self, values: dict[str, Any] | None = None, view: View | None = None) -> Answer:
        """Submit a modal; Slack itself refuses (AssertionError) where required inputs are empty or too long."""
        view = self.fill(values or {}, view)
        assert view.given.get("submit"), "this modal cannot be submitted"
        missing = unfilled(view.blocks, view.filled)
        assert not missing, f"Slack does not submit this: {', '.join(missing)}"
        view.errors = {}
        answer = self._send_view("view_submission", view)
        self._learn(answer)
        if answer.ok:
            with self._slack._lock:
                self._obey(view, answer)
        return answer

    def close_modal(self) -> Answer | None:
        """Close the modal on top; the app hears of it where it asked to."""
        view = self._top()
        cleared = bool(view.given.get("clear_on_close"))
        self._close(view, all_of_them=cleared)
        if view.given.get("notify_on_close"):
            return self._send_view("view_closed", view, is_cleared=cleared)
        return None

    def _obey(self, view: View, answer: Answer) -> None:
        """Do what the answer to a submission asks for. An answer that Slack would not take is trouble."""
        views, asked = self._slack._workspace.views, answer.data
        try:
            match asked.get("response_action"):
                case None:
                    self._close(view, all_of_them=False)
                case "clear":
                    self._close(view, all_of_them=True)
                case "errors":
                    known = {block["block_id"] for block in view.blocks if block["type"] == "input"}
                    view.errors = dict(asked.get("errors") or {})
                    if not view.errors or not view.errors.keys() <= known:
                        raise Refused("errors must name input blocks")
                case "update":
                    views.replace(view, views.check(asked.get("view"), view.team, view))
                case "push":
                    views.put_on_top(self.key, view.team, views.check(asked.get("view"), view.team))
                case other:
                    raise Refused(f"unknown response_action {other}")
        except Refused as why:
            self.trouble = f"{CONNECTING} ({why.error} {why.details or ''})"

    def _learn(self, answer: Answer, command: str = "") -> None:
        self.trouble = "" if answer.ok else CONNECTING
        if command and not answer.ok:
            why = "dispatch_failed" if answer.status or answer.body != "timed out" else "operation_timeout"
            self.trouble = f'{command} failed with the error "{why}"'
