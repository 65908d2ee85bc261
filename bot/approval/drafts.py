"""Drafts: made, edited, put forward, dropped. Every act is one line in the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot import clock
from bot.approval.files import cite
from bot.network import Network
from bot.planning.alerts import alert
from bot.store import audit
from bot.store.drafts import Draft, DraftKind

WAITS = timedelta(days=7)
"""How long a draft waits for approval before it goes back to its author."""

OPEN = ("draft", "returned", "waiting", "approved")
"""States in which a draft can still be changed; an edit of what waits or is approved puts it forward anew."""


class Refused(Exception):
    """An act that cannot be done (any more); the text says why, to whoever tried."""


def create(
    session: Session,
    kind: DraftKind,
    content: Mapping[str, Any],
    actor: str,
    origin: str = "",
    subject_id: int | None = None,
) -> Draft:
    """A new draft by `actor`. Raises IntegrityError when the subject has one already: see `edit`.

    `content` is JSON; its `send_at`, an ISO instant if there is one, is when it goes out at the earliest,
    and its `title`, by language, is what lists call it.
    """
    now = clock.now()
    draft = Draft(
        kind=kind, subject_id=subject_id, state="draft", author=actor, content=dict(content), version=1,
        note="", created_at=now, updated_at=now,
    )  # fmt: skip
    session.add(draft)
    session.flush()
    cite(session, draft)
    _record(session, draft, "made", actor, origin)
    return draft


def edit(session: Session, draft_id: int, content: Mapping[str, Any], actor: str, origin: str = "") -> Draft:
    """Change what a draft says. What was approved already waits again: an approval is of what was seen.

    Whoever edits puts their name to it, so that somebody else must approve. The same content changes
    nothing. Raises Refused when it is released or dropped.
    """
    draft = locked(session, draft_id)
    if draft.state not in OPEN:
        raise Refused("It has gone out already." if draft.state == "released" else "It was dropped.")
    if draft.content == dict(content):
        return draft
    draft.content, draft.version, draft.author = dict(content), draft.version + 1, actor
    draft.updated_at = clock.now()
    if draft.state == "approved":
        unapprove(draft)
    cite(session, draft)
    _record(session, draft, "edited", actor, origin)
    return draft


def submit(
    session: Session, network: Network, draft_id: int, actor: str, origin: str = "", url: str = ""
) -> Draft:
    """Put a draft forward: another than `actor` shall approve it. Twice does it once.

    The other coordinators are told once for each version; `url` is where they look at it. Raises Refused.
    """
    draft = locked(session, draft_id)
    if draft.state not in {"draft", "returned", "waiting"}:
        raise Refused("It does not wait for anybody to put it forward.")
    if draft.state != "waiting":
        now = clock.now()
        draft.state, draft.expires_at, draft.updated_at, draft.note = "waiting", now + WAITS, now, ""
        if draft.kind != "item":  # what a source says stays the source's, whoever puts it forward again
            draft.author = actor
        _record(session, draft, "submitted", actor, origin)
    alert(  # once a version: one that was edited while it waited, or after its approval, is told anew
        session, network, f"draft:{draft.id}:{draft.version}",
        "Waits for your approval: {title}",
        "This is ready and needs another pair of eyes before it goes out. It waits for seven days.",
        url=url, besides=actor, draft=(draft.id, draft.version), title=titled(draft),
    )  # fmt: skip
    return draft


def take_back(session: Session, draft_id: int, actor: str, origin: str = "") -> Draft:
    """Let what waits, or was approved, be a mere draft again: its author writes on. Twice does it once.

    Raises Refused when it has gone out or was dropped.
    """
    draft = locked(session, draft_id)
    if draft.state in {"released", "dropped"}:
        raise Refused("It has gone out already." if draft.state == "released" else "It was dropped.")
    if draft.state in {"waiting", "approved"}:
        draft.state, draft.approver, draft.release_at = "draft", None, None
        draft.expires_at, draft.updated_at = None, clock.now()
        _record(session, draft, "taken_back", actor, origin)
    return draft


def drop(session: Session, draft_id: int, actor: str, origin: str = "") -> Draft:
    """Give a draft up for good. Raises Refused when it has gone out."""
    draft = locked(session, draft_id)
    if draft.state == "released":
        raise Refused("It has gone out already.")
    if draft.state != "dropped":
        draft.state, draft.release_at, draft.updated_at = "dropped", None, clock.now()
        _record(session, draft, "dropped", actor, origin)
    return draft


def locked(session: Session, draft_id: int) -> Draft:
    """A draft that nobody else changes until the commit. Raises Refused when there is none."""
    draft = session.get(Draft, draft_id, with_for_update=True, populate_existing=True)
    if draft is None:
        raise Refused("There is no such draft.")
    return draft


def unapprove(draft: Draft) -> None:
    """Let an approved draft wait again; what was approved is kept for comparison."""
    now = clock.now()
    draft.state, draft.approver, draft.release_at = "waiting", None, None
    draft.expires_at, draft.updated_at = now + WAITS, now


def titled(draft: Draft) -> str:
    """What a list calls a draft."""
    title = draft.content.get("title") or draft.content.get("details", {}).get("title") or {}
    if isinstance(title, str):
        return title
    return str(next((title[language] for language in ("en", "fi", "sv") if title.get(language)), "")) or "–"


def _record(session: Session, draft: Draft, act: str, actor: str, origin: str) -> None:
    facts = {"kind": draft.kind, "version": draft.version}
    audit.record(session, actor, f"draft.{act}", f"draft {draft.id}", origin, **facts)
