"""What was approved goes out when its undo window is over; what waited too long goes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from bot import clock, words
from bot.approval.announcements import tell
from bot.approval.decisions import put_back, tell_author
from bot.approval.drafts import WAITS, Refused
from bot.approval.waiting import collect_waiting, publish, uncollected
from bot.contracts import Language
from bot.log import logger
from bot.network import Network
from bot.planning.alerts import alert
from bot.store import audit
from bot.store.drafts import Draft, DraftKind

Effect = Callable[[Session, Draft], None]
"""What releasing a draft of a kind does, in the transaction that releases it. It may raise Refused."""

AT_ONCE = 20
LATE = f"Nobody approved it within {WAITS.days} days."
"""The note on what waited too long; a msgid."""

BROKEN = "It could not be sent, for a fault of ours: the log says more."
"""The note on what broke on its way out; a msgid, as is every other reason of ours."""

HOUSE = "silta"
"""The actor of what happens by itself."""

_log = logger("approval")


def usual_effects(zone: str) -> dict[DraftKind, Effect]:
    """What releasing an item and an announcement does; `zone` is that of bare dates."""
    return {"item": publish, "announcement": lambda session, draft: tell(session, draft, zone)}


def turn(session: Session, network: Network, effects: Mapping[DraftKind, Effect], url: str = "") -> int:
    """One turn of the room: collect what waits, give back what waited too long, release what is due.

    `url` is where coordinators look at what waits.
    """
    return (
        collect_waiting(session, network, url)
        + give_back_late(session, network, url)
        + release_due(session, network, effects)
    )


def due(now: datetime) -> ColumnElement[bool]:
    """Whether a turn would find anything to do."""
    late = and_(Draft.state == "waiting", Draft.expires_at <= now)
    ready = and_(Draft.state == "approved", Draft.release_at <= now)
    return exists().where(or_(late, ready)) | exists(uncollected().limit(1).subquery().select())


def release_due(session: Session, network: Network, effects: Mapping[DraftKind, Effect]) -> int:
    """Release the approved drafts of these kinds whose time has come; returns how many left the room.

    Each is locked, so that two workers release it once. One whose effect fails goes back to its author with
    the reason; the others are released all the same.
    """
    ready = (
        select(Draft)
        .where(Draft.state == "approved", Draft.release_at <= clock.now(), Draft.kind.in_(list(effects)))
        .order_by(Draft.release_at, Draft.id)
        .limit(AT_ONCE)
    )
    drafts = session.scalars(ready.with_for_update(skip_locked=True)).all()
    for draft in drafts:
        _release(session, network, draft, effects[draft.kind])
    return len(drafts)


def give_back_late(session: Session, network: Network, url: str = "") -> int:
    """Give back what waited for approval longer than it should, and tell its author; returns how many that were."""
    late = select(Draft).where(Draft.state == "waiting", Draft.expires_at <= clock.now()).limit(AT_ONCE)
    drafts = session.scalars(late.with_for_update(skip_locked=True)).all()
    for draft in drafts:
        put_back(draft, LATE)
        _record(session, draft, "expired")
        text = "Nobody approved it within {days} days. Put it forward again if it is still to go out."
        page = f"{url}/{draft.id}" if url else ""
        tell_author(session, network, draft, text, url=page)
    return len(drafts)


def spoken_note(note: str, language: Language) -> str:
    """The note on a draft that was given back: ours in the reader's language, a person's as it was written."""
    return note if "{" in note else words.gettext(language, note)


def _release(session: Session, network: Network, draft: Draft, effect: Effect) -> None:
    version = draft.version
    try:
        with session.begin_nested():
            effect(session, draft)
    except DBAPIError:
        raise  # another transaction's timing: the whole is tried again
    except Refused as fault:
        _fail(session, network, draft, str(fault))
    except Exception as fault:
        _log.exception("a draft could not be released", draft=draft.id, fault=type(fault).__name__)
        _fail(session, network, draft, BROKEN)
    else:
        if draft.state == "approved" and draft.version == version:
            draft.state, draft.updated_at = "released", clock.now()
            draft.told_content = dict(draft.content)
            _record(session, draft, "released")


def _fail(session: Session, network: Network, draft: Draft, why: str) -> None:
    put_back(draft, why)
    _record(session, draft, "failed")
    alert(
        session, network, f"draft-failed:{draft.id}:{draft.version}",
        "What was approved did not go out: it went back to its author",
        why,
    )  # fmt: skip


def _record(session: Session, draft: Draft, act: str) -> None:
    audit.record(
        session, HOUSE, f"draft.{act}", f"draft {draft.id}", "", kind=draft.kind, version=draft.version
    )
