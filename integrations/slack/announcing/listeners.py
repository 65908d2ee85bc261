"""What people do with announcements in Slack, handed to the house; modals are opened by threads of their own.

The house's answer is one short transaction and is over before Slack is asked for anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from slack_bolt import Ack, App

from bot.contracts.announcing import Announcing, Seen, Sorry, Writing
from bot.contracts.chat import ChatPerson, ChatRequest, Counter
from integrations.slack.announcing import draft, modal
from integrations.slack.announcing.countdown import count_down
from integrations.slack.announcing.fields import COUNTED
from integrations.slack.announcing.shared import as_markdown
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block

Body = Mapping[str, Any]
_OPENS = re.compile(r"^open\.modal\.(announce|draft|approve|return|correct)\b")
_DOES = re.compile(r"^open:(announce|draft|approve|return|correct)(?::(\d{1,9}))?(?::(\d{1,9}))?$")


class House(Protocol):
    """What this room needs of the house."""

    @property
    def counter(self) -> Counter:
        """Where the page of whoever did something is asked for anew."""

    @property
    def announcing(self) -> Announcing | None:
        """Announcements; None where nobody writes them here."""


def register(app: App, house: House, views: Views) -> None:
    """Listen for the shortcuts, the buttons that open, and all that is done in the modals."""
    if house.announcing is None:
        return
    room = Room(house.announcing, house.counter, views)
    app.shortcut("announce")(room.write)
    app.shortcut("share_with_network")(room.share)
    app.action(_OPENS)(room.opened)
    app.action(re.compile(rf"^{modal.TAB}\."))(room.turned)
    app.action(re.compile(rf"^{COUNTED}\."))(room.turned)
    app.action(modal.PREVIEW)(room.previewed)
    app.action(modal.SAVE)(room.saved)
    app.action(re.compile(rf"^{draft.ACT}\."))(room.acted)
    app.view(modal.FORM)(room.handed_in)
    app.view(draft.NOTE)(room.given_back)


class Room:
    """The listeners. Each acknowledges first, except where the acknowledgement is the answer."""

    def __init__(self, house: Announcing, counter: Counter, views: Views) -> None:
        self._house, self._counter, self._views = house, counter, views

    def write(self, ack: Ack, body: Body) -> None:
        """The global shortcut: an empty form."""
        ack()
        self._open(body, self._house.begin(_person(body)))

    def share(self, ack: Ack, body: Body) -> None:
        """The shortcut on a message: a form that begins with it."""
        ack()
        said = as_markdown(str(body.get("message", {}).get("text") or ""))
        self._open(body, self._house.begin(_person(body), said=said))

    def opened(self, ack: Ack, body: Body) -> None:
        """A button that opens a modal: `open:draft:5`, `open:approve:5:2` and so on."""
        ack()
        found = _DOES.match(str(body["actions"][0].get("value", "")))
        if found is None:
            return
        name, first, second = found[1], int(found[2] or 0), int(found[3] or 0)
        person = _person(body)
        answers: Mapping[str, Callable[[], Writing | Seen | Sorry]] = {
            "announce": lambda: self._house.begin(person),
            "correct": lambda: self._house.begin(person, item=first),
            "draft": lambda: self._house.look(person, first),
            "approve": lambda: self._house.decide(person, first, second, "approve"),
            "return": lambda: self._house.look(person, first),
        }
        answer = answers[name]()
        view = draft.note_view(answer) if name == "return" and isinstance(answer, Seen) else _view(answer)
        self._open(body, view)
        if name == "approve":
            self._page(body)

    def turned(self, ack: Ack, body: Body) -> None:
        """Another tab, or a choice that changes whom it reaches."""
        ack()
        sheet = modal.sheet(body["view"], _team(body))
        action = body["actions"][0]
        tab = action["value"] if action["action_id"].startswith(modal.TAB) else sheet.tab
        self._update(body, self._house.turn(_person(body), sheet, tab))

    def previewed(self, ack: Ack, body: Body) -> None:
        """How it would read, on top of the form; what is wrong with it if it cannot be read yet."""
        ack()
        answer = self._house.preview(_person(body), modal.sheet(body["view"], _team(body)))
        if isinstance(answer, Writing):
            answer = _faults(answer)
        self._views.push(_team(body), body["trigger_id"], _view(answer))

    def saved(self, ack: Ack, body: Body) -> None:
        """Kept as a draft, without putting it forward."""
        ack()
        sheet = modal.sheet(body["view"], _team(body))
        answer = self._house.hand_in(_person(body), sheet, forward=False)
        if isinstance(answer, Writing):
            self._views.push(_team(body), body["trigger_id"], _view(_faults(answer)))
        else:
            self._update(body, answer)
            self._page(body)

    def handed_in(self, ack: Ack, body: Body) -> None:
        """Put forward. Faults stand by their fields; what was refused and what was done take the form's place."""
        answer = self._house.hand_in(_person(body), modal.sheet(body["view"], _team(body)), forward=True)
        if isinstance(answer, Writing):
            ack(response_action="errors", errors=modal.errors(answer))
        else:
            ack(response_action="update", view=_view(answer))
            self._page(body)

    def given_back(self, ack: Ack, body: Body) -> None:
        """Given back with a note."""
        view = body["view"]
        said = modal.metadata(view)
        note = str(view["state"]["values"]["note"]["value"].get("value") or "")
        answer = self._house.decide(_person(body), int(said["draft"]), int(said["version"]), "return", note)
        ack(response_action="update", view=_view(answer))
        self._page(body)

    def acted(self, ack: Ack, body: Body) -> None:
        """A button of a draft."""
        ack()
        action = body["actions"][0]
        act = action["action_id"].removeprefix(f"{draft.ACT}.").partition(".")[0]
        number, _, version = action["value"].partition(":")
        person = _person(body)
        if act == "edit":
            self._views.push(
                _team(body), body["trigger_id"], _view(self._house.begin(person, draft=int(number)))
            )
        elif act == "return":
            answer = self._house.look(person, int(number))
            view = draft.note_view(answer) if isinstance(answer, Seen) else _view(answer)
            self._views.push(_team(body), body["trigger_id"], view)
        else:
            self._update(body, self._house.decide(person, int(number), int(version), act))
            self._page(body)

    def _page(self, body: Body) -> None:
        """Their Home tab, on which drafts stand, behind the modal: Slack says nothing when that is closed."""
        key = f"home:{body.get('trigger_id') or body['view']['hash']}"[:160]
        self._counter.take(ChatRequest(key=key, kind="home", person=_person(body), team=_team(body)))

    def _open(self, body: Body, answer: Writing | Seen | Sorry | Block) -> None:
        view = answer if isinstance(answer, dict) else _view(answer)
        # A button inside a modal opens on top of it; anywhere else the modal is the first.
        show = self._views.push if (body.get("view") or {}).get("type") == "modal" else self._views.open
        shown = show(_team(body), body["trigger_id"], view)
        if isinstance(answer, Seen) and answer.goes_at:
            shown.add_done_callback(lambda reply: self._count(body, answer, _id_of(reply.result().data)))

    def _update(self, body: Body, answer: Writing | Seen | Sorry) -> None:
        """In place of what was looked at. A form is not put over one that changed meanwhile: a later count wins."""
        view = body["view"]
        same = view["hash"] if isinstance(answer, Writing) else ""
        self._views.update(_team(body), view["id"], same, _view(answer))
        if isinstance(answer, Seen):
            self._count(body, answer, view["id"])

    def _count(self, body: Body, seen: Seen, view_id: str) -> None:
        """Let the undo window be seen counting."""
        if seen.goes_at and view_id:
            count_down(
                lambda: self._house.look(_person(body), seen.draft),
                lambda now: self._views.update(_team(body), view_id, "", _view(now)),
                seen.goes_at,
            )


def _id_of(data: Body) -> str:
    return str((data.get("view") or {}).get("id") or "")


def _view(answer: Writing | Seen | Sorry) -> Block:
    if isinstance(answer, Writing):
        return modal.form_view(answer)
    return draft.draft_view(answer) if isinstance(answer, Seen) else modal.sorry_view(answer)


def _faults(writing: Writing) -> Sorry:
    return Sorry(writing.language, writing.words["preview"], " ".join(modal.errors(writing).values()))


def _team(body: Body) -> str:
    """The workspace in which it happened: the one whose token opens modals."""
    return str((body.get("team") or {}).get("id") or body["user"].get("team_id") or "")


def _person(body: Body) -> ChatPerson:
    """Who did it, in the workspace that is theirs."""
    user = body["user"]
    return ChatPerson(team=str(user.get("team_id") or _team(body)), user=str(user["id"]))
