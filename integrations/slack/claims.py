"""The modal in which somebody says who they are, and the one in which coordinators decide whether it is so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.contracts.chat import ChatRequest, Counter
from bot.contracts.claims import CLAIM, ClaimDesk, Claims
from bot.contracts.reminding import Told
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block, brief, plain, section
from integrations.slack.plain import escape, line, shorten
from integrations.slack.remind import modal, person_of, team_of, told_view

FORM, DESK = "claim.form", "claim.desk"
_OPENS = re.compile(r"^open\.modal\.claim(?!s)")
_OPENS_DESK = re.compile(r"^open\.modal\.claims\b")
_DECIDES = re.compile(r"^claim\.(approve|refuse)\b")
_DOES = re.compile(r"open:claim(?::(\w{2}))?")
_TITLE, _LINE, _ADDRESS = 24, 300, 320

Body = Mapping[str, Any]


class House(Protocol):
    """What this room needs of the house."""

    @property
    def counter(self) -> Counter:
        """Where a claim is handed in: a worker asks Slack who it is from, and keeps it."""

    @property
    def claims(self) -> Claims | None:
        """Claims; None where nobody makes any here."""


def register(app: App, house: House, views: Views) -> None:
    """Listen for the buttons and for the form."""
    if house.claims is None:
        return
    room = Room(house.claims, house.counter, views)
    app.action(_OPENS_DESK)(room.opened_desk)
    app.action(_OPENS)(room.opened)
    app.view(FORM)(room.handed_in)
    app.action(_DECIDES)(room.decided)


class Room:
    """The listeners. What the house answers is one short transaction, over before Slack is asked for anything."""

    def __init__(self, claims: Claims, counter: Counter, views: Views) -> None:
        self._claims, self._counter, self._views = claims, counter, views

    def opened(self, ack: Ack, body: Body) -> None:
        """The button of somebody whom the house does not know."""
        ack()
        found = _DOES.fullmatch(str(body["actions"][0].get("value", "")))
        language = (found[1] if found else "") or ""
        self._views.open(team_of(body), body["trigger_id"], form_view(self._claims.form(language), language))

    def handed_in(self, ack: Ack, body: Body) -> None:
        """The form: kept through the counter, so that nothing is lost once Slack was told that it is well."""
        view = body["view"]
        language = str(view.get("private_metadata") or "")
        address = line(str(view["state"]["values"]["address"]["claim.address"].get("value") or ""))
        answer = self._claims.sent(language, address)
        if isinstance(answer, str):
            ack(response_action="errors", errors={"address": answer})
            return
        person, team = person_of(body), team_of(body)
        said, key = f"{CLAIM}{address}", f"claim:{team}:{view['id']}"
        self._counter.take(ChatRequest(key=key, kind="press", person=person, team=team, said=said))
        ack(response_action="update", view=told_view(answer))

    def opened_desk(self, ack: Ack, body: Body) -> None:
        """The button below an alert to coordinators."""
        ack()
        answer = self._claims.waiting(person_of(body))
        in_modal = body.get("view", {}).get("type") == "modal"
        (self._views.push if in_modal else self._views.open)(
            team_of(body), body["trigger_id"], desk_view(answer)
        )

    def decided(self, ack: Ack, body: Body) -> None:
        """A coordinator decides on one; the list shows what is left."""
        ack()
        action, view = body["actions"][0], body["view"]
        approve = str(action["action_id"]).startswith("claim.approve")
        answer = self._claims.decide(person_of(body), int(action["value"]), approve)
        self._views.update(team_of(body), view["id"], "", desk_view(answer))


def form_view(words: Mapping[str, str], language: str) -> Block:
    """The form as a modal."""
    address = {"type": "email_text_input", "action_id": "claim.address"}
    return modal(words["title"], words["close"]) | {
        "callback_id": FORM,
        "submit": plain(shorten(words["send"], _TITLE, escaped=False)),
        "private_metadata": language,
        "blocks": [
            section(brief(words["text"], _LINE)),
            {"type": "input", "block_id": "address", "label": plain(words["label"]), "element": address},
        ],
    }


def desk_view(desk: ClaimDesk | Told) -> Block:
    """What waits, as a modal."""
    if isinstance(desk, Told):
        return told_view(desk)
    blocks = [section(brief(desk.note, _LINE))] if desk.note else []
    for claim in desk.lines:
        name = f"*{escape(shorten(line(claim.name), _LINE))}*"
        blocks.append(section("\n".join([name, *(brief(line(each), _ADDRESS) for each in claim.lines)])))
        acts = ("approve", "refuse") if claim.known else ("refuse",)
        buttons: list[Block] = [
            {
                "type": "button", "action_id": f"claim.{act}.{claim.id}", "value": str(claim.id),
                "text": plain(desk.words[act]), **({"style": "primary"} if act == "approve" else {}),
            }
            for act in acts
        ]  # fmt: skip
        blocks.append({"type": "actions", "elements": buttons})
    return modal(desk.words["title"], desk.words["close"]) | {"callback_id": DESK, "blocks": blocks}
