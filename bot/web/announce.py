"""`/announce`: a coordinator writes to the network. What is written goes through the approval room."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import approval
from bot.approval import Refused, announcements
from bot.approval.writing import Form
from bot.contracts import LANGUAGES, ROLES
from bot.contracts.words import LANGUAGE_NAMES
from bot.conversation.announcing.labels import UNCHANGED
from bot.planning.roles import role_names
from bot.planning.spoken import file_size
from bot.store.drafts import Draft
from bot.web import guard
from bot.web.announce_form import UPLOAD_LIMIT, Taken, filled, keep, look_at, read
from bot.web.house import house
from bot.web.pages import number, page

CHANGED = (
    "Somebody changed this draft while you were writing. Copy what you need from here, then open it anew."
)

PUT_FORWARD = "Put forward: another coordinator approves it."

announce = Blueprint("announce", __name__)


@announce.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: it may hold files, which other forms may not."""
    request.max_content_length = UPLOAD_LIMIT


@announce.get("/announce")
def write() -> Response:
    """An empty form."""
    return _page(Form({"kind": "announcement", "visibility": "network"}))


@announce.post("/announce")
def save() -> Response | Redirect:
    """Keep a new announcement, and put it forward if the button says so."""
    return _keep(None)


@announce.get("/announce/<int(max=2147483647):draft_id>")
def change(draft_id: int) -> Response | Redirect:
    """The form of a draft; of one that has gone out it is a correction."""
    with house().database.reading() as session:
        draft = _announcement(session.get(Draft, draft_id))
    if _gone_out(draft) == "withdrawn":
        flash("It was withdrawn: nothing of it can be corrected any more.")
        return redirect(f"/approvals/{draft_id}", 303)
    return _page(filled(draft.content, house().settings.zone), draft)


@announce.post("/announce/<int(max=2147483647):draft_id>")
def save_again(draft_id: int) -> Response | Redirect:
    """Keep what was changed: whatever was approved before is void. What has gone out stands until that is approved."""
    return _keep(draft_id)


def _keep(draft_id: int | None) -> Response | Redirect:
    draft = None
    if draft_id is not None:
        with house().database.reading() as session:
            draft = _announcement(session.get(Draft, draft_id))
    before = draft.content if draft else None
    kept = _take_files()
    form, content = read(request.form, kept, house().network, house().settings.zone, before)
    if content is None:
        return _page(form, draft, 422)
    try:
        saved, state, forward = _save(draft_id, content)
    except Refused as fault:
        form.faults["form"] = str(fault)
        return _page(form, draft, 409)
    flash(UNCHANGED.get(state) or (PUT_FORWARD if forward else "Saved. It is not put forward yet."))
    return redirect(f"/approvals/{saved}", 303)


def _save(draft_id: int | None, content: dict[str, Any]) -> tuple[int, str, bool]:
    """The draft's id, the state that it had kept when it was saved, and whether it was put forward. Raises Refused."""
    actor, origin, network = guard.actor(), guard.origin(), house().network
    seen, forward = number(request.form.get("version")), request.form.get("do") == "submit"
    root = house().settings.public_url

    def work(session: Session) -> tuple[int, str]:
        if draft_id is None:
            kept = approval.create(session, "announcement", content, actor, origin)
        else:
            there = session.get(Draft, draft_id, with_for_update=True)
            if there is None or there.version != seen:
                raise Refused(CHANGED)
            kept = announcements.correct(session, draft_id, content, actor, origin)
        state = kept.state
        if state in UNCHANGED:
            return kept.id, state
        if forward:
            approval.submit(session, network, kept.id, actor, origin, url=f"{root}/approvals/{kept.id}")
        elif draft_id is not None:
            approval.take_back(session, kept.id, actor, origin)
        return kept.id, state

    return (*house().database.write(work), forward)


def _take_files() -> Taken:
    chosen, keys = look_at(request.files.getlist("upload")), request.form.getlist("files")
    files = house().database.write(lambda session: keep(session, house().links.file, keys, chosen))
    return Taken(files, [f"{name}: {fault}" for name, fault in chosen.bad])


def _announcement(draft: Draft | None) -> Draft:
    if draft is None or draft.kind != "announcement":
        abort(404)
    return draft


def _gone_out(draft: Draft | None) -> str:
    """The state of the item that it became, empty when it has not gone out."""
    if draft is None:
        return ""
    with house().database.reading() as session:
        return announcements.gone_out(session, draft)


def _page(form: Form, draft: Draft | None = None, status: int = 200) -> Response:
    return page(
        "announce.html",
        status,
        form=form,
        draft=draft,
        gone_out=_gone_out(draft),
        languages=[(each, LANGUAGE_NAMES[each]) for each in LANGUAGES],
        file_size=file_size,
        roles=[(role, role_names(role, "en").capitalize()) for role in ROLES],
    )
