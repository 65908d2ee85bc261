"""The modal in which a reminder is asked for: opened by a button, kept or corrected when it is handed in."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.contracts.chat import ChatPerson, ChatRequest, Counter
from bot.contracts.reminding import ReminderForm, Reminding, Told, Wrong
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block, brief, plain, section
from integrations.slack.plain import escape, line, shorten

FORM = "remind.form"
_OPENS = re.compile(r"^open\.modal\.remind\b")
_DOES = re.compile(r"open:remind:(\d{1,9})")
_TITLE = 24
_LINE = 500

Body = Mapping[str, Any]


class House(Protocol):
    """What this room needs of the house."""

    @property
    def counter(self) -> Counter:
        """Where somebody unknown is handed in, so that the house looks for them."""

    @property
    def reminding(self) -> Reminding | None:
        """Reminders; None where nobody asks for them here."""


def register(app: App, house: House, views: Views) -> None:
    """Listen for the button and for the form."""
    if house.reminding is None:
        return
    room = Room(house.reminding, house.counter, views)
    app.action(_OPENS)(room.opened)
    app.view(FORM)(room.handed_in)


class Room:
    """The listeners. What the house answers is one short transaction, over before Slack is asked for anything."""

    def __init__(self, reminding: Reminding, counter: Counter, views: Views) -> None:
        self._reminding, self._counter, self._views = reminding, counter, views

    def opened(self, ack: Ack, body: Body) -> None:
        """A button that asks for the form."""
        ack()
        found = _DOES.fullmatch(str(body["actions"][0].get("value", "")))
        if found is None:
            return
        person, team = person_of(body), team_of(body)
        answer = self._reminding.form(person, int(found[1]))
        if isinstance(answer, Told) and answer.unknown:
            key = f"open:{body['trigger_id']}"[:160]
            self._counter.take(ChatRequest(key=key, kind="home", person=person, team=team))
        view = form_view(answer) if isinstance(answer, ReminderForm) else told_view(answer)
        in_modal = body.get("view", {}).get("type") == "modal"
        (self._views.push if in_modal else self._views.open)(team, body["trigger_id"], view)

    def handed_in(self, ack: Ack, body: Body) -> None:
        """The form: faults stand beside their fields, and the answer takes its place."""
        view = body["view"]
        values = view["state"]["values"]
        day = str(values["day"]["remind.day"].get("selected_date") or "")
        at = str(values["at"]["remind.at"].get("selected_time") or "")
        answer = self._reminding.keep(
            person_of(body), int(json.loads(view["private_metadata"])["item"]), day, at
        )
        if isinstance(answer, Wrong):
            ack(response_action="errors", errors=dict(answer.faults))
        else:
            ack(response_action="update", view=told_view(answer))


def form_view(form: ReminderForm) -> Block:
    """The form as a modal."""
    words = form.words
    said = [
        f"*{escape(shorten(line(form.title), _LINE))}*",
        *(brief(line(each), _LINE) for each in form.lines),
    ]
    day = {"type": "datepicker", "action_id": "remind.day", "initial_date": form.day.isoformat()}
    at = {
        "type": "timepicker", "action_id": "remind.at", "initial_time": f"{form.at:%H:%M}", "timezone": form.zone,
    }  # fmt: skip
    return modal(words["title"], words["close"]) | {
        "callback_id": FORM,
        "submit": plain(shorten(words["keep"], _TITLE, escaped=False)),
        "private_metadata": json.dumps({"item": form.item}),
        "blocks": [
            section("\n".join(said)),
            {"type": "input", "block_id": "day", "label": plain(words["day"]), "element": day},
            {"type": "input", "block_id": "at", "label": plain(words["at"]), "element": at},
        ],
    }


def told_view(told: Told) -> Block:
    """Something to be known, as a modal."""
    return modal(told.title, told.close) | {"blocks": [section(brief(told.text, _LINE))]}


def modal(title: str, close: str) -> Block:
    """What all modals have."""
    return {
        "type": "modal",
        "title": plain(shorten(line(title), _TITLE, escaped=False)),
        "close": plain(shorten(line(close), _TITLE, escaped=False)),
    }


def team_of(body: Body) -> str:
    """The workspace in which it happened: the one whose token opens modals."""
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id") or "")


def person_of(body: Body) -> ChatPerson:
    """Who did it, in the workspace that is theirs."""
    user = body["user"]
    return ChatPerson(team=str(user.get("team_id") or team_of(body)), user=str(user["id"]))
