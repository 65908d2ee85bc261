"""One thing, one item: new reports join the item that another source made, or are offered to a coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.contracts import Accepted, Details
from bot.intake.candidates import Beside, batches, look_up
from bot.intake.matching import MOST_OFFERS, Match, match, undecided
from bot.intake.records import Content, Known, first_revisions, insert_items, insert_reports
from bot.intake.renewal import Cause, renew
from bot.store.db import insert_into
from bot.store.items import ReportRow
from bot.store.joining import Likeness


@dataclass(frozen=True, slots=True)
class Newcomers:
    """What came of new reports: the answers by external id, items that were made, and items that gained by them."""

    answers: dict[str, Accepted]
    made: list[tuple[int, Details]]
    revised: list[int]

    @classmethod
    def settle(
        cls,
        session: Session,
        source_id: int,
        contents: Sequence[Content],
        state: str,
        join: bool,
        zone: str,
        now: datetime,
        beside: Beside | None = None,
    ) -> Newcomers:
        """Join each to its item, or make it one of its own; what is doubtful is offered."""
        matches = _matches(session, source_id, contents, zone, beside) if join else {}
        joined = _surely(matches, state, beside.promised if beside else {})
        own = [content for content in contents if content.external_id not in joined]
        added = [content for content in contents if content.external_id in joined]
        items = insert_items(session, own, state, zone, now)
        reports = insert_reports(session, source_id, own, items, now)
        first_revisions(session, own, items, reports, now)
        theirs = [joined[content.external_id].item_id for content in added]
        others = insert_reports(session, source_id, added, theirs, now)
        sure = [(at, joined[c.external_id]) for c, at in zip(added, others, strict=True)]
        keep(session, sure, "joined", now)
        # What joins one item may surely be another too: then a coordinator may make one of those two.
        offered = [
            (at, each)
            for content, at in (*zip(added, others, strict=True), *zip(own, reports, strict=True))
            for each in matches.get(content.external_id, ())[:MOST_OFFERS]
            if content.external_id not in joined or (each.alike.sure and each != joined[content.external_id])
        ]
        keep(session, offered, "offered", now)
        causes = {item: Cause(report, state, fresh=True) for item, report in zip(theirs, others, strict=True)}
        answers = {c.external_id: Accepted("accepted", item) for c, item in zip(own, items, strict=True)}
        for content, item in zip(added, theirs, strict=True):
            answers[content.external_id] = Accepted("accepted", item, joined=True)
        made = [(item, content.details) for item, content in zip(items, own, strict=True)]
        return cls(answers, made, renew(session, causes, zone, now))


def offer_known(
    session: Session, source_id: int, changed: Sequence[tuple[Known, Content]], zone: str, now: datetime
) -> None:
    """Offer what looks like another item since it changed. It is told already: only a coordinator joins it now.

    Reports that share their item with others are left alone.
    """
    if not changed:
        return
    items = [before.item_id for before, _ in changed]
    count = select(ReportRow.item_id).where(ReportRow.item_id.in_(items))
    shared = set(session.scalars(count.group_by(ReportRow.item_id).having(func.count() > 1)))
    alone = [(before, content) for before, content in changed if before.item_id not in shared]
    known = look_up(session, source_id, [content.details for _, content in alone], zone)
    for at, (before, content) in enumerate(alone):
        found = match(known, at, source_id, content, zone, before.item_id)[:MOST_OFFERS]
        mine = undecided(session, before.report_id, before.item_id, found)
        keep(session, [(before.report_id, each) for each in mine], "offered", now)


def see_beside(
    session: Session, source_id: int, contents: Sequence[Content], state: str, zone: str
) -> Beside:
    """What comes beside a part of these new contents, each its own: nothing is changed."""
    brought = Counter(key for content in contents for key in content.keys)
    matches: dict[str, list[Match]] = {}
    for some in batches(contents):
        matches |= _matches(session, source_id, some, zone, Beside(brought), near=False)
    promised = {each.item_id: external_id for external_id, each in _surely(matches, state, {}).items()}
    return Beside(brought, promised)


def keep(session: Session, matches: Iterable[tuple[int, Match]], state: str, now: datetime) -> None:
    """Keep what reports, by id, were found to be like. What is kept already stays as it is."""
    rows = [
        {
            "report_id": report_id, "item_id": each.item_id, "state": state, "score": each.alike.score,
            "why": [list(why) for why in each.alike.why], "made_at": now,
        }
        for report_id, each in matches
    ]  # fmt: skip
    if rows:
        session.execute(insert_into(session, Likeness).values(rows).on_conflict_do_nothing())


def _matches(
    session: Session,
    source_id: int,
    contents: Sequence[Content],
    zone: str,
    beside: Beside | None,
    near: bool = True,
) -> dict[str, list[Match]]:
    """What each is like. With `near`, what is surely nothing else's is also looked for among other days."""
    matches = _looked_up(session, source_id, contents, zone, beside, near=False)
    rest = [each for each in contents if not any(found.alike.sure for found in matches[each.external_id])]
    if near and rest:
        brought = Counter(key for content in contents for key in content.keys)
        all_beside = Beside(brought | beside.brought, beside.promised) if beside else Beside(brought)
        matches |= _looked_up(session, source_id, rest, zone, all_beside, near=True)
    return matches


def _looked_up(
    session: Session,
    source_id: int,
    contents: Sequence[Content],
    zone: str,
    beside: Beside | None,
    near: bool,
) -> dict[str, list[Match]]:
    said = [content.details for content in contents]
    known = look_up(session, source_id, said, zone, beside, near=near)
    return {
        content.external_id: match(known, at, source_id, content, zone) for at, content in enumerate(contents)
    }


def _surely(matches: dict[str, list[Match]], state: str, promised: Mapping[int, str]) -> dict[str, Match]:
    """What joins at once: nothing that needs approval, on either side, gets round it. An item takes one report of
    a source, and the likeliest comes first: that is the one it is promised to, if it is to any."""
    sure = [
        (external_id, each)
        for external_id, found in matches.items()
        for each in found[:1]
        if each.alike.sure and state == "published" and each.state != "waiting"
    ]
    joined: dict[str, Match] = {}
    taken: set[int] = set()
    for external_id, each in sorted(sure, key=lambda pair: -pair[1].alike.score):
        if each.item_id not in taken and promised.get(each.item_id, external_id) == external_id:
            joined[external_id] = each
            taken.add(each.item_id)
    return joined
