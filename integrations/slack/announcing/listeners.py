"""What people do with announcements in Slack, handed to the house; modals are opened by threads of their own.

The house's answer is one short transaction and is over before Slack is asked for anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from slack_bolt import Ack, App

from bot.contracts.announcing import Announcing, Seen, Sheet, Sorry, Upload, Writing
from bot.contracts.chat import ChatRequest, Counter
from integrations.slack.announcing import draft, modal, uploads
from integrations.slack.announcing.countdown import count_down
from integrations.slack.announcing.fields import COUNTED
from integrations.slack.announcing.payload import Body, House, id_of, person_of, team_of
from integrations.slack.announcing.shared import as_markdown
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block

_OPENS = re.compile(r"^open\.modal\.(announce|draft|approve|return|correct)\b")
_DOES = re.compile(r"^open:(announce|draft|approve|return|correct)(?::(\d{1,9}))?(?::(\d{1,9}))?$")


def register(app: App, house: House, views: Views) -> None:
    """Listen for the shortcuts, the buttons that open, and all that is done in the modals."""
    if house.announcing is None:
        return
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


class Room:
    """The listeners. Each acknowledges first, except where the acknowledgement is the answer."""

    def __init__(self, house: Announcing, counter: Counter, views: Views, files: uploads.Uploads) -> None:
        self._house, self._counter, self._views, self._files = house, counter, views, files

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
        view = draft.note_view(answer) if name == "return" and isinstance(answer, Seen) else _view(answer)
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
        sheet, chosen = modal.sheet(body["view"], team_of(body)), uploads.chosen(body["view"])

        def preview(sheet: Sheet) -> Seen | Sorry:
            answer = self._house.preview(person_of(body), sheet)
            return _faults(answer) if isinstance(answer, Writing) else answer

        first = modal.busy_view(body["view"]) if chosen else _view(preview(sheet))
        shown = self._views.push(team_of(body), body["trigger_id"], first)
        if chosen:
            self._later(body, sheet, chosen, preview, lambda: id_of(shown.result().data))

    def saved(self, ack: Ack, body: Body) -> None:
        """Kept as a draft, without putting it forward."""
        ack()
        sheet, chosen = modal.sheet(body["view"], team_of(body)), uploads.chosen(body["view"])
        if chosen:
            self._later(body, sheet, chosen, partial(self._hand_in, body, forward=False))
            return
        answer = self._house.hand_in(person_of(body), sheet, forward=False)
        if isinstance(answer, Writing):
            self._views.push(team_of(body), body["trigger_id"], _view(_faults(answer)))
        else:
            self._update(body, answer)
            self._page(body)

    def handed_in(self, ack: Ack, body: Body) -> None:
        """Put forward. Faults stand by their fields; what was refused and what was done take the form's place."""
        if chosen := uploads.chosen(body["view"]):
            # The form stays until then. A view that came with the acknowledgement might be put over its answer.
            ack(response_action="errors", errors={modal.UPLOAD: modal.busy_words(body["view"])[0]})
            sheet = modal.sheet(body["view"], team_of(body))
            self._later(body, sheet, chosen, partial(self._hand_in, body, forward=True))
            return
        answer = self._house.hand_in(person_of(body), modal.sheet(body["view"], team_of(body)), forward=True)
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
        answer = self._house.decide(person_of(body), int(said["draft"]), int(said["version"]), "return", note)
        ack(response_action="update", view=_view(answer))
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
                team_of(body), body["trigger_id"], _view(self._house.begin(person, draft=int(number)))
            )
        elif act == "return":
            answer = self._house.look(person, int(number))
            view = draft.note_view(answer) if isinstance(answer, Seen) else _view(answer)
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

    def _later(
        self,
        body: Body,
        sheet: Sheet,
        chosen: uploads.Chosen,
        ask: Callable[[Sheet], Writing | Seen | Sorry],
        where: Callable[[], str] | None = None,
    ) -> None:
        """Read the files, ask the house, and show its answer: by a thread of its own, as that may take its time."""

        def show(view: Block) -> None:
            self._views.update(team_of(body), where() if where else body["view"]["id"], "", view)

        def work(files: tuple[Upload, ...]) -> None:
            show(_view(ask(replace(sheet, uploads=files))))

        def failed() -> None:
            if where:
                show(modal.busy_view(body["view"], failed=True))
                return
            answer = self._house.turn(person_of(body), sheet, sheet.tab)
            said = modal.busy_words(body["view"])[1]
            show(_view(replace(answer, notice=said) if isinstance(answer, Writing) else answer))

        self._files.read(team_of(body), chosen, work, failed)

    def _page(self, body: Body) -> None:
        """Their Home tab, on which drafts stand, behind the modal: Slack says nothing when that is closed."""
        key = f"home:{body.get('trigger_id') or body['view']['hash']}"[:160]
        self._counter.take(ChatRequest(key=key, kind="home", person=person_of(body), team=team_of(body)))

    def _open(self, body: Body, answer: Writing | Seen | Sorry | Block) -> None:
        view = answer if isinstance(answer, dict) else _view(answer)
        # A button inside a modal opens on top of it; anywhere else the modal is the first.
        show = self._views.push if (body.get("view") or {}).get("type") == "modal" else self._views.open
        shown = show(team_of(body), body["trigger_id"], view)
        if isinstance(answer, Seen) and answer.goes_at:
            shown.add_done_callback(lambda reply: self._count(body, answer, id_of(reply.result().data)))

    def _update(self, body: Body, answer: Writing | Seen | Sorry) -> None:
        """In place of what was looked at. A form is not put over one that changed meanwhile: a later count wins."""
        view = body["view"]
        same = view["hash"] if isinstance(answer, Writing) else ""
        self._views.update(team_of(body), view["id"], same, _view(answer))
        if isinstance(answer, Seen):
            self._count(body, answer, view["id"])

    def _count(self, body: Body, seen: Seen, view_id: str) -> None:
        """Let the undo window be seen counting."""
        if seen.goes_at and view_id:
            count_down(
                lambda: self._house.look(person_of(body), seen.draft),
                lambda now: self._views.update(team_of(body), view_id, "", _view(now)),
                seen.goes_at,
            )


def _view(answer: Writing | Seen | Sorry) -> Block:
    if isinstance(answer, Writing):
        return modal.form_view(answer)
    return draft.draft_view(answer) if isinstance(answer, Seen) else modal.sorry_view(answer)


def _faults(writing: Writing) -> Sorry:
    return Sorry(writing.language, writing.words["preview"], " ".join(modal.errors(writing).values()))
