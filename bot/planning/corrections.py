"""Corrections: whoever was told of an item hears that it changed, or was withdrawn, and of nothing else.

They follow when the item has been quiet for ten minutes, at most one an hour; what is urgent follows at
once. "Changed since told" compares revisions, not clocks: each reader hears what is different from the
revision they were told, and nothing when it is the same again. What has become for some roles only is no
longer told to others, in no words that are new to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, literal, select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.contracts import Details, Language, Message, Role
from bot.network import Network
from bot.planning import wording
from bot.planning.additions import with_additions
from bot.planning.audiences import RECIPIENT, Whom, audience, chunk_end
from bot.planning.changes import changes, material
from bot.planning.messages import keep_messages
from bot.planning.queueing import Telling, queue
from bot.planning.silence import not_muted
from bot.store.contacts import Contact
from bot.store.db import insert_into, ring
from bot.store.deliveries import Delivery, Fanout, State
from bot.store.destinations import Destination, Subscription
from bot.store.items import Item, Revision
from bot.store.plans import Correction

QUIET = timedelta(minutes=10)
"""How long an item must stay as it is before people hear what changed."""

APART = timedelta(hours=1)
"""How long after one correction of an item the next one may follow, unless it is urgent."""

MOST = 50

TOLD: tuple[State, ...] = ("sending", "sent", "doubtful", "digested", "previewed")
"""Deliveries that told somebody, or may have. What was only previewed is corrected in the preview."""


def had_it(item_id: int) -> Select[str]:
    """Everybody who was told of an item, or may have been: the recipients of its deliveries."""
    return select(Delivery.recipient).where(Delivery.item_id == item_id, Delivery.state.in_(TOLD))


def may_know(roles: Sequence[Role]) -> tuple[ColumnElement[bool], ...]:
    """Conditions on `Contact`: of those who were told, who may hear on of what is for some roles only."""
    return (Contact.role.in_(roles),) if roles else ()


def schedule(session: Session, item: Item) -> None:
    """An item has a new revision: if anybody was told of an older one, a correction will follow."""
    told = exists().where(
        Delivery.item_id == item.id, Delivery.revision < item.revision, Delivery.state.in_(TOLD)
    )
    if not session.scalar(select(told)):
        return
    now = clock.now()
    row = session.get(Correction, item.id, with_for_update=True)
    last = row.told_at if row else None
    due = now if item.urgent else max(now + QUIET, last + APART if last else now)
    new = insert_into(session, Correction).values(item_id=item.id, due_at=due)
    session.execute(new.on_conflict_do_update(index_elements=["item_id"], set_={"due_at": due}))


def start_due(session: Session) -> int:
    """Open a fan-out for each correction that is due; returns how many."""
    now = clock.now()
    due = select(Correction).where(Correction.due_at <= now).order_by(Correction.due_at).limit(MOST)
    rows = session.scalars(due.with_for_update(skip_locked=True)).all()
    for row in rows:
        item = session.get_one(Item, row.item_id)
        row.due_at, row.told_at = None, now
        if item.state in {"waiting", "joined"}:
            continue
        purpose = "withdrawal" if item.state == "withdrawn" else "correction"
        upto = session.scalar(select(func.coalesce(func.max(Subscription.id), 0)))
        session.add(
            Fanout(
                item_id=item.id, revision=item.revision, purpose=purpose, upto=upto, created_at=now
            )
        )  # fmt: skip
    if rows:
        session.flush()
        ring(session, "plan")
    return len(rows)


@dataclass(frozen=True, slots=True)
class _Since:
    """A revision that people were told of. `before` is None where that was a withdrawal."""

    revision: int
    before: Details | None
    material: bool


def plan(session: Session, network: Network, fanout: Fanout, item: Item, size: int) -> int:
    """Plan a chunk of a correction's fan-out; returns how much of the transaction's room that took."""
    if (fanout.purpose == "withdrawal") != (item.state == "withdrawn"):
        fanout.done_at = clock.now()
        return 0
    after, end = fanout.cursor, chunk_end(session, fanout.cursor, fanout.upto, size)
    # That it is withdrawn everybody hears who was told.
    allowed = may_know(item.content().roles) if item.state != "withdrawn" else ()
    told = (
        select(Delivery.recipient, func.max(Delivery.revision).label("revision"))
        .where(Delivery.item_id == item.id, Delivery.state.in_(TOLD))
        .group_by(Delivery.recipient)
        .subquery("told")
    )
    found = session.execute(
        select(told.c.revision, Destination.languages, Subscription.hours, func.count().label("readers"))
        .select_from(Subscription)
        .join(Destination, Destination.id == Subscription.destination_id)
        .outerjoin(Contact, Contact.id == Subscription.contact_id)
        .join(told, told.c.recipient == RECIPIENT)
        .where(Subscription.id > after, Subscription.id <= end, told.c.revision < item.revision, *allowed)
        .group_by(told.c.revision, Destination.languages, Subscription.hours)
    ).all()
    for since in _sinces(session, item, {row.revision for row in found}):
        recipients = select(told.c.recipient).where(told.c.revision == since.revision)
        mine = [
            row for row in found if row.revision == since.revision and _differs(network, item, since, row)
        ]
        languages = {row.languages for row in mine}
        also = (
            RECIPIENT.in_(recipients), Destination.languages.in_(languages), not_muted(item.id), *allowed
        )  # fmt: skip
        whom = Whom(item.content(), after, end, also, fits=False)
        fanout.planned += _tell(session, network, fanout, item, since, whom, mine) if mine else 0
    fanout.cursor = end
    if fanout.cursor >= fanout.upto:
        fanout.done_at = clock.now()
    return end - after


def _differs(network: Network, item: Item, since: _Since, row: Row[tuple[int, str, str, int]]) -> bool:
    """Whether there is anything to tell readers of these languages: a text may have changed in one only."""
    if since.before is None or item.state == "withdrawn":
        return True
    spoken = cast(Sequence[Language], row.languages.split(","))
    return any(changes(since.before, item.content(), language, network) for language in spoken)


def _sinces(session: Session, item: Item, revisions: set[int]) -> list[_Since]:
    """The revisions that people were told of."""
    rows = session.execute(
        select(Revision.revision, Revision.details).where(
            Revision.item_id == item.id, Revision.revision.in_(revisions)
        )
    )
    after, said = item.content(), {row.revision: row.details for row in rows}
    told = {each: Details.model_validate(details) for each, details in said.items() if details is not None}
    joined = with_additions(session, item.id, told)
    found = []
    for revision in said:
        before = joined.get(revision)
        if before is None or item.state == "withdrawn":
            found.append(_Since(revision, before, material=True))
        else:
            found.append(_Since(revision, before, material(before, after)))
    return found


def _tell(
    session: Session,
    network: Network,
    fanout: Fanout,
    item: Item,
    since: _Since,
    whom: Whom,
    found: list[Row[tuple[int, str, str, int]]],
) -> int:
    content = f"{fanout.purpose}:{item.id}:{since.revision}:{item.revision}"
    keep_messages(
        session, content, fanout.purpose, {row.languages for row in found},
        lambda language: _compose(network, item, since, language), item,
    )  # fmt: skip
    told = audience(network, whom)
    singly: ColumnElement[bool] = literal(True) if since.material else told.c.rhythm == "now"
    hours: dict[str, int] = {}
    for row in found:
        hours[row.hours] = hours.get(row.hours, 0) + row.readers
    telling = Telling(
        item=item,
        key=f"{fanout.purpose}:{item.id}:{item.revision}",
        content=literal(content),
        purpose=case((singly, fanout.purpose), else_="change"),
        state=case((singly, "queued"), else_="held"),
    )
    return queue(session, telling, told, hours)


def _compose(network: Network, item: Item, since: _Since, language: Language) -> Message:
    details, revision, at = item.content(), item.revision, item.updated_at
    if item.state == "withdrawn":
        if details.roles and since.before is not None:
            details = since.before  # others may have been told, before it was for some roles only
        return wording.withdraw(details, language, network, item_id=item.id, revision=revision, changed_at=at)
    if since.before is None:
        back = words.gettext(language, "It was withdrawn, and is published again.")
        notice = wording.compose(
            details, language, network, item_id=item.id, revision=revision, changed_at=at
        )
        return notice.model_copy(update={"purpose": "correction", "changes": (back,)})
    return wording.correct(
        since.before, details, language, network, item_id=item.id, revision=revision, changed_at=at
    )
