"""What another pair of eyes decides: approve, undo for a moment, or give back with a note."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval.content import send_at
from bot.approval.drafts import WAITS, Refused, locked, titled, unapprove
from bot.network import Network
from bot.planning.alerts import WATCHERS, alert
from bot.store import audit
from bot.store.contacts import Contact
from bot.store.drafts import Draft

UNDO = timedelta(seconds=60)
"""How long an approval can be taken back before anything goes out."""


def approve(
    session: Session, draft_id: int, version: int, actor: str, origin: str = "", *, four_eyes: bool = True
) -> Draft:
    """Approve what was seen as `version`: it is released when the undo window is over, or at its `send_at`.

    Twice does it once. Raises Refused: for its author, unless `four_eyes` is off; for a version that has
    changed since it was looked at; for what does not wait; for what somebody wrote who coordinates no more.
    """
    draft = locked(session, draft_id)
    if draft.state == "approved" and draft.approver == actor and draft.approved_version == version:
        return draft
    if draft.state != "waiting":
        raise Refused(_WHY_NOT.get(draft.state, "It does not wait for approval."))
    if draft.version != version:
        raise Refused("It has changed since you opened it: look at it again.")
    if four_eyes and draft.author == actor:
        raise Refused("You wrote it: somebody else must approve it.")
    if not _may_still_write(session, draft.author):
        raise Refused(
            "Its author may not write to the network any more: edit it yourself, then somebody else approves it."
        )
    now = clock.now()
    draft.state, draft.approver, draft.approved_at, draft.updated_at = "approved", actor, now, now
    draft.approved_version, draft.approved_content = draft.version, dict(draft.content)
    draft.release_at, draft.expires_at = max(now + UNDO, send_at(draft) or now), None
    _record(session, draft, "approved", actor, origin)
    return draft


def undo(session: Session, draft_id: int, actor: str, origin: str = "") -> Draft:
    """Take an approval back while nothing has gone out: the draft waits again. Raises Refused when it is too late."""
    draft = locked(session, draft_id)
    if draft.state != "approved":
        late = draft.state == "released"
        raise Refused("It is too late: it has gone out." if late else "There is no approval to undo.")
    unapprove(draft)
    _record(session, draft, "undone", actor, origin)
    return draft


def give_back(
    session: Session,
    network: Network,
    draft_id: int,
    note: str,
    actor: str,
    origin: str = "",
    *,
    url: str = "",
) -> Draft:
    """Give a draft that waits, or is approved, back to its author with a note, and tell them. Raises Refused."""
    draft = locked(session, draft_id)
    if draft.state not in {"waiting", "approved"}:
        raise Refused("It does not wait for approval any more.")
    if not note.strip():
        raise Refused("Say in a few words what should be changed.")
    put_back(draft, note.strip()[:500])
    _record(session, draft, "returned", actor, origin)
    text = "What should be changed: {note}\n\nChange it, then put it forward again."
    tell_author(session, network, draft, text, url=url, besides=actor)
    return draft


def put_back(draft: Draft, note: str) -> None:
    """Let a draft be its author's again, with what is to be said about it."""
    draft.state, draft.note, draft.updated_at = "returned", note, clock.now()
    draft.approver, draft.release_at, draft.expires_at = None, None, None


def tell_author(
    session: Session,
    network: Network,
    draft: Draft,
    text: str,
    /,
    *,
    url: str = "",
    besides: str = "",
) -> None:
    """Tell a draft's author, once a version, that it is theirs again. `text` is a msgid with {note} or {days}."""
    alert(
        session, network, f"draft-back:{draft.id}:{draft.version}",
        "Your draft was given back: {title}",
        text,
        url=url, besides=besides, only=draft.author, does=f"open:draft:{draft.id}",
        title=titled(draft), note=draft.note, days=WAITS.days,
    )  # fmt: skip


def _may_still_write(session: Session, author: str) -> bool:
    """Whether the author still has the role. Sources, the network and whoever holds the token are no contacts."""
    found = session.execute(
        select(Contact.role, Contact.erased_at).where(Contact.pseudonym == author)
    ).one_or_none()
    return found is None or (found.role in WATCHERS and found.erased_at is None)


_WHY_NOT = {
    "approved": "Somebody has approved it already.",
    "released": "It has gone out already.",
    "returned": "It was given back to its author.",
    "dropped": "It was dropped.",
}


def _record(session: Session, draft: Draft, act: str, actor: str, origin: str) -> None:
    facts = {"kind": draft.kind, "version": draft.version}
    audit.record(session, actor, f"draft.{act}", f"draft {draft.id}", origin, **facts)
