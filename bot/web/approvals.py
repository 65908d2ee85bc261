"""`/approvals`: what waits for another pair of eyes, and what these eyes decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta

from flask import Blueprint, Response, abort, flash, redirect, request
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot import approval, clock
from bot.approval import Refused, announcements
from bot.approval.content import details_of
from bot.approval.differences import differences
from bot.contracts import LANGUAGES, Language, Outgoing
from bot.contracts.words import LANGUAGE_NAMES
from bot.conversation.announcing.shown import CORRECTS
from bot.planning.forecast import complete_in
from bot.planning.wording import compose
from bot.store.drafts import Draft, Letter
from bot.web import drafts, guard
from bot.web.frame import MEDIA
from bot.web.house import house
from bot.web.pages import number, page, typed
from bot.web.preview import FRAME_POLICY, NOBODY

LATELY = 10
MOST = 200
LOOK_AGAIN = 5
"""Seconds after which the page of an approved draft looks again, while its undo window is open."""

_Work = Callable[[Session, str, str], Draft]
"""An act by an actor from an origin."""

approvals = Blueprint("approvals", __name__)


@approvals.get("/approvals")
def show() -> Response:
    """What waits, what is approved and about to go out, what is being written, what went out lately."""
    with house().database.reading() as session:
        living = select(Draft).where(Draft.state.in_(("draft", "waiting", "approved", "returned")))
        lines = drafts.draft_lines(session, session.scalars(living.order_by(Draft.updated_at).limit(MOST)))
        gone = select(Draft).where(Draft.state.in_(("released", "dropped")))
        newest = session.scalars(gone.order_by(Draft.updated_at.desc(), Draft.id.desc()).limit(LATELY))
        lately = drafts.draft_lines(session, newest)
    by_state = {
        state: [line for line in lines if line.draft.state == state]
        for state in ("waiting", "approved", "returned", "draft")
    }
    return page("approvals.html", by_state=by_state, lately=lately, words=drafts)


@approvals.get("/approvals/<int(max=2147483647):draft_id>")
def one(draft_id: int) -> Response:
    """A draft: to whom it goes, how it reads, what changed since it was approved last, and what can be done."""
    with house().database.reading() as session:
        draft = session.get(Draft, draft_id)
        if draft is None:
            abort(404)
        (line,) = drafts.draft_lines(session, [draft])
        left = draft.release_at - clock.now() if draft.release_at else None
        details = details_of(draft)
        return page(
            "approval.html",
            line=line,
            draft=draft,
            details=details,
            goes_out=drafts.goes_out(session, house(), draft)
            if draft.state not in {"released", "dropped"}
            else "",
            gone_out=announcements.gone_out(session, draft),
            corrects=CORRECTS,
            missing=drafts.missing_texts(session, house(), draft),
            differences=differences(draft, "en", house().network, house().settings.zone),
            languages=[
                (each, LANGUAGE_NAMES[each], bool(details and each in complete_in(details)))
                for each in LANGUAGES
            ],
            own=draft.author == guard.actor() and house().settings.four_eyes,
            seconds=max(0, int(left.total_seconds())) if left is not None else None,
            refresh=LOOK_AGAIN if left is not None and left < timedelta(minutes=5) else None,
            letter=session.get(Letter, draft.subject_id)
            if draft.kind == "letter" and draft.subject_id
            else None,
            words=drafts,
        )


@approvals.get("/approvals/<int(max=2147483647):draft_id>/<any(fi, sv, en):language>/<medium>")
def draw(draft_id: int, language: Language, medium: str) -> Response:
    """The message in one language and medium, as a document that can neither run, load nor lead anywhere."""
    with house().database.reading() as session:
        draft = session.get(Draft, draft_id)
    details = details_of(draft) if draft else None
    if draft is None or details is None or medium not in MEDIA:
        abort(404)
    root, item_id = house().settings.public_url, draft.subject_id
    outgoing = Outgoing(
        key="preview",
        address=NOBODY[medium],
        messages=(compose(details, language, house().network, item_id=item_id),),
        reason=house().stationery.reason(f"city:{details.cities[0]}" if details.cities else "all", language),
        zone=house().settings.zone,
        links={name: f"{root}/{name}/not-shown-here" for name in ("page", "unsubscribe")},
    )
    with closing(house().renderers[medium]()) as renderer:
        html = renderer.render(outgoing).html
    response = Response(html.encode("utf-8", "replace"), mimetype="text/html")
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response


@approvals.post("/approvals/<int(max=2147483647):draft_id>/approve")
def approve(draft_id: int) -> Redirect:
    """Approve the version that was seen."""
    version, four_eyes = number(request.form.get("version")) or 0, house().settings.four_eyes
    return _act(
        draft_id,
        lambda session, actor, origin: approval.approve(
            session, draft_id, version, actor, origin, four_eyes=four_eyes
        ),
        "Approved.",
    )


@approvals.post("/approvals/<int(max=2147483647):draft_id>/<any(undo, drop, submit, return, withdraw):act>")
def decide(draft_id: int, act: str) -> Redirect:
    """Undo an approval, give back with a note, put forward again, drop, or withdraw what has gone out."""
    note, url = typed(request.form.get("note")), f"{house().settings.public_url}/approvals/{draft_id}"
    network = house().network
    work: Mapping[str, tuple[_Work, str]] = {
        "undo": (
            lambda session, actor, origin: approval.undo(session, draft_id, actor, origin),
            "The approval is undone: nothing went out.",
        ),
        "return": (
            lambda session, actor, origin: approval.give_back(
                session, network, draft_id, note, actor, origin, url=url
            ),
            "Given back, with your note.",
        ),
        "submit": (
            lambda session, actor, origin: approval.submit(
                session, network, draft_id, actor, origin, url=url
            ),
            "Put forward: another coordinator approves it.",
        ),
        "withdraw": (
            lambda session, actor, origin: announcements.withdraw(
                session, draft_id, house().settings.zone, actor, origin
            ),
            "Withdrawn: whoever was told of it hears so.",
        ),
        "drop": (
            lambda session, actor, origin: approval.drop(session, draft_id, actor, origin),
            "Dropped: it will not go out.",
        ),
    }
    return _act(draft_id, *work[act])


def _act(draft_id: int, work: _Work, done: str) -> Redirect:
    actor, origin = guard.actor(), guard.origin()
    try:
        house().database.write(lambda session: work(session, actor, origin))
        flash(done)
    except Refused as fault:
        flash(f"Nothing was done. {fault}")
    return redirect(f"/approvals/{draft_id}", 303)
