"""Files of a form, read before the house is asked: what was typed is kept first, and nothing is typed meanwhile.

A modal that says so stands in the form's place. It has a name of its own (`external_id`), and the answer goes to that
name alone: never over a form to which somebody went back, nor past an acknowledgement that Slack has yet to read. It
leads back, should the process that reads end before it answers.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from dataclasses import replace

from bot.contracts.announcing import Announcing, Seen, Sheet, Sorry, Upload, Writing
from integrations.slack.announcing import draft, modal, uploads
from integrations.slack.announcing.payload import Body, person_of, team_of
from integrations.slack.app.opening import Views
from integrations.slack.elements import Block

AGAIN = (0.1, 0.2, 0.4, 0.8, 1.6)
"""Seconds between tries to show an answer where Slack does not know the modal yet."""

Answer = Writing | Seen | Sorry


class Reading:
    """Reads chosen files by threads of their own, and shows what the house says to them."""

    def __init__(self, house: Announcing, views: Views, files: uploads.Uploads) -> None:
        self._house, self._views, self._files = house, views, files
        self._over = threading.Event()

    def begin(
        self, body: Body, ask: Callable[[Sheet], Answer], put: Callable[[Block], object], *, back: bool = True
    ) -> None:
        """Keep what stands in the form, `put` up that its files are read, and later what the house answers to `ask`.

        `back`: it takes the form's place, so that it must lead back to it. Otherwise it lies on top.
        """
        sheet, name = modal.sheet(body["view"], team_of(body)), f"files-{uuid.uuid4().hex}"
        kept = self._house.turn(person_of(body), sheet, sheet.tab)
        if isinstance(kept, Sorry):
            put(modal.sorry_view(kept))
            return
        put(modal.busy_view(body["view"], name, back=back))
        rest = replace(sheet, values={})  # the newest that is kept counts, whatever was typed since

        def work(files: tuple[Upload, ...]) -> None:
            self._show(body, name, view_of(ask(replace(rest, uploads=files))))

        def failed() -> None:
            self._show(body, name, modal.busy_view(body["view"], name, back=back, failed=True))

        self._files.read(team_of(body), uploads.chosen(body["view"]), work, failed)

    def close(self) -> None:
        """Read no more; what is being read is over when this returns."""
        self._over.set()
        self._files.close()

    def _show(self, body: Body, name: str, view: Block) -> None:
        for pause in (*AGAIN, 0.0):
            reply = self._views.fill(team_of(body), name, view).result()
            if reply.error != "not_found" or self._over.wait(pause):
                return


def view_of(answer: Answer) -> Block:
    """The modal that shows an answer of the house."""
    if isinstance(answer, Writing):
        return modal.form_view(answer)
    return draft.draft_view(answer) if isinstance(answer, Seen) else modal.sorry_view(answer)
