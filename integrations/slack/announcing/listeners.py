"""What people do with announcements in Slack, handed to the house; modals are opened by threads of their own.

The house's answer is one short transaction and is over before Slack is asked for anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from slack_bolt import Ack, App

from bot.contracts.announcing import Announcing, Seen, Sheet, Sorry, Writing
from bot.contracts.chat import ChatRequest, Counter
from integrations.slack.announcing import draft, modal, uploads
from integrations.slack.announcing.countdown import Countdown
from integrations.slack.announcing.fields import COUNTED
from integrations.slack.announcing.payload import Body, House, id_of, person_of, team_of
from integrations.slack.announcing.reading import Reading, view_of
from integrations.slack.announcing.shared import as_markdown
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block

_OPENS = re.compile(r"^open\.modal\.(announce|draft|approve|return|correct)\b")
_DOES = re.compile(r"^open:(announce|draft|approve|return|correct)(?::(\d{1,9}))?(?::(\d{1,9}))?$")


def register(app: App, house: House, views: Views) -> Callable[[], None] | None:
    """Listen for the shortcuts, the buttons that open, and all that is done in the modals; gives what ends that."""
    if house.announcing is None:
        return None
    files = uploads.Uploads(house.token_of, views.api_url)
    room = Room(house.announcing, house.counter, views, files)
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
    return room.close


class Room:
    """The listeners. Each acknowledges first, except where the acknowledgement is the answer."""

    def __init__(self, house: Announcing, counter: Counter, views: Views, files: uploads.Uploads) -> None:
        self._house, self._counter, self._views = house, counter, views
        self._reading, self._countdown = Reading(house, views, files), Countdown()

    def close(self) -> None:
        """End the threads of this room."""
        self._reading.close()
        self._countdown.close()

    def write(self, ack: Ack, body: Body) -> None:
        """The global shortcut: an empty form."""
        ack()
        self._open(body, self._house.begin(person_of(body)))

    def share(self, ack: Ack, body: Body) -> None:
        """The shortcut on a message: a form that begins with it."""
        ack()
        said = as_markdown(str(body.get("message", {}).get("text") or ""))
        self._open(body, self._house.begin(person_of(body), said=said))

    def opened(self, ack: Ack, body: Body) -> None:
        """A button that opens a modal: `open:draft:5`, `open:approve:5:2` and so on."""
        ack()
        found = _DOES.match(str(body["actions"][0].get("value", "")))
        if found is None:
            return
        name, first, second = found[1], int(found[2] or 0), int(found[3] or 0)
        person = person_of(body)
        answers: Mapping[str, Callable[[], Writing | Seen | Sorry]] = {
            "announce": lambda: self._house.begin(person),
            "correct": lambda: self._house.begin(person, item=first),
            "draft": lambda: self._house.look(person, first),
            "approve": lambda: self._house.decide(person, first, second, "approve"),
            "return": lambda: self._house.look(person, first),
        }
        answer = answers[name]()
        view = draft.note_view(answer) if name == "return" and isinstance(answer, Seen) else view_of(answer)
        self._open(body, view)
        if name == "approve":
            self._page(body)

    def turned(self, ack: Ack, body: Body) -> None:
        """Another tab, or a choice that changes whom it reaches."""
        ack()
        sheet = modal.sheet(body["view"], team_of(body))
        action = body["actions"][0]
        tab = action["value"] if action["action_id"].startswith(modal.TAB) else sheet.tab
        self._update(body, self._house.turn(person_of(body), sheet, tab))

    def previewed(self, ack: Ack, body: Body) -> None:
        """How it would read, on top of the form; what is wrong with it if it cannot be read yet."""
        ack()

        def preview(sheet: Sheet) -> Seen | Sorry:
            answer = self._house.preview(person_of(body), sheet)
            return _faults(answer) if isinstance(answer, Writing) else answer

        push = partial(self._views.push, team_of(body), body["trigger_id"])
        if uploads.chosen(body["view"]):
            self._reading.begin(body, preview, push, back=False)
        else:
            push(view_of(preview(modal.sheet(body["view"], team_of(body)))))

    def saved(self, ack: Ack, body: Body) -> None:
        """Kept as a draft, without putting it forward."""
        ack()
        if uploads.chosen(body["view"]):
            put = partial(self._views.update, team_of(body), body["view"]["id"], "")
            self._reading.begin(body, partial(self._hand_in, body, forward=False), put)
            return
        sheet = modal.sheet(body["view"], team_of(body))
        answer = self._house.hand_in(person_of(body), sheet, forward=False)
        if isinstance(answer, Writing):
            self._views.push(team_of(body), body["trigger_id"], view_of(_faults(answer)))
        else:
            self._update(body, answer)
            self._page(body)

    def handed_in(self, ack: Ack, body: Body) -> None:
        """Put forward. Faults stand by their fields; what was refused and what was done take the form's place."""
        if uploads.chosen(body["view"]):
            put = partial(_instead, ack)
            self._reading.begin(body, partial(self._hand_in, body, forward=True), put)
            return
        answer = self._house.hand_in(person_of(body), modal.sheet(body["view"], team_of(body)), forward=True)
        if isinstance(answer, Writing):
            ack(response_action="errors", errors=modal.errors(answer))
        else:
            _instead(ack, view_of(answer))
            self._page(body)

    def given_back(self, ack: Ack, body: Body) -> None:
        """Given back with a note."""
        view = body["view"]
        said = modal.metadata(view)
        note = str(view["state"]["values"]["note"]["value"].get("value") or "")
        answer = self._house.decide(person_of(body), int(said["draft"]), int(said["version"]), "return", note)
        _instead(ack, view_of(answer))
        self._page(body)

    def acted(self, ack: Ack, body: Body) -> None:
        """A button of a draft."""
        ack()
        action = body["actions"][0]
        act = action["action_id"].removeprefix(f"{draft.ACT}.").partition(".")[0]
        number, _, version = action["value"].partition(":")
        person = person_of(body)
        if act == "edit":
            self._views.push(
                team_of(body), body["trigger_id"], view_of(self._house.begin(person, draft=int(number)))
            )
        elif act == "return":
            answer = self._house.look(person, int(number))
            view = draft.note_view(answer) if isinstance(answer, Seen) else view_of(answer)
            self._views.push(team_of(body), body["trigger_id"], view)
        else:
            self._update(body, self._house.decide(person, int(number), int(version), act))
            self._page(body)

    def _hand_in(self, body: Body, sheet: Sheet, *, forward: bool) -> Writing | Seen | Sorry:
        """With files: their faults stand above the form, which is drawn anew."""
        answer = self._house.hand_in(person_of(body), sheet, forward=forward)
        if isinstance(answer, Writing):
            return replace(answer, notice=" ".join(modal.errors(answer).values()))
        self._page(body)
        return answer

    def _page(self, body: Body) -> None:
        """Their Home tab, on which drafts stand, behind the modal: Slack says nothing when that is closed."""
        key = f"home:{body.get('trigger_id') or body['view']['hash']}"[:160]
        self._counter.take(ChatRequest(key=key, kind="home", person=person_of(body), team=team_of(body)))

    def _open(self, body: Body, answer: Writing | Seen | Sorry | Block) -> None:
        view = answer if isinstance(answer, dict) else view_of(answer)
        # A button inside a modal opens on top of it; anywhere else the modal is the first.
        show = self._views.push if (body.get("view") or {}).get("type") == "modal" else self._views.open
        shown = show(team_of(body), body["trigger_id"], view)
        if isinstance(answer, Seen) and answer.goes_at:
            shown.add_done_callback(lambda reply: self._count(body, answer, id_of(reply.result().data)))

    def _update(self, body: Body, answer: Writing | Seen | Sorry) -> None:
        """In place of what was looked at. A form is not put over one that changed meanwhile: a later count wins."""
        view = body["view"]
        same = view["hash"] if isinstance(answer, Writing) else ""
        self._views.update(team_of(body), view["id"], same, view_of(answer))
        if isinstance(answer, Seen):
            self._count(body, answer, view["id"])

    def _count(self, body: Body, seen: Seen, view_id: str) -> None:
        """Let the undo window be seen counting."""
        if seen.goes_at and view_id:
            self._countdown.begin(
                lambda: self._house.look(person_of(body), seen.draft),
                lambda now: self._views.update(team_of(body), view_id, "", view_of(now)),
                seen.goes_at,
            )


def _instead(ack: Ack, view: Block) -> None:
    """In the place of what was handed in."""
    ack(response_action="update", view=view)


def _faults(writing: Writing) -> Sorry:
    return Sorry(writing.language, writing.words["preview"], " ".join(modal.errors(writing).values()))
