"""Troubles: spells in which a source cannot be read, is silent, or is about to be. Each is told once, and its end.

A source has one open trouble of each kind at most (a unique index); of the kinds of faults it has one in all,
whose kind and words follow what it says last. A paused source is left in peace.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import SourceFault
from bot.intake.watch.remedies import remedy
from bot.planning.alerts import Phrase, alert, phrase
from bot.store.db import insert_into
from bot.store.network import read_network
from bot.store.sources import Source
from bot.store.watch import SourceTrouble

TOLD_AFTER = 5
"""Polls in a row that fail before the coordinators are told: a source may be away for a while."""

TOLD_SOONER = 2
"""The same for what does not pass by itself, and for sources that are asked at most twice a day."""

STANDING = frozenset({"refused", "gone", "robots", "private", "not_content", "structure", "empty", "options"})
RARE = timedelta(hours=12)
CERTIFICATE_NEAR = timedelta(days=14)
APART = ("silence", "certificate")
"""Troubles of sources that can be read."""

MOST_SHOWN = 300
"""Characters of what a source said that an alert shows."""

_TITLES = {
    "silence": "The source {source} has brought nothing for a while",
    "certificate": "The certificate of the source {source} ends soon",
}
_ENDS = {
    "silence": "The source {source} brings something again",
    "certificate": "The certificate of the source {source} was renewed",
}


def note_fault(session: Session, source: Source, fault: SourceFault, zone: str) -> None:
    """Note that a source could not be read, in the transaction that counted it."""
    source.fault, source.fault_kind = fault.reason, fault.kind
    trouble = _reading_trouble(session, source.id)
    if trouble is None:
        open_trouble(session, source.id, fault.kind, fault.reason)
        trouble = _reading_trouble(session, source.id)
    if trouble is None:
        return
    trouble.kind, trouble.said = fault.kind, fault.reason
    sooner = fault.kind in STANDING or timedelta(seconds=source.every) >= RARE
    if source.failures >= (TOLD_SOONER if sooner else TOLD_AFTER):
        said = phrase("Silta tried in vain to read it {count} times.", count=source.failures)
        tell(session, source, trouble, said, zone, fault.reason)


def note_well(session: Session, source: Source, zone: str) -> None:
    """Note that a source was read: the spell of faults is over, and if it was told, its end is too."""
    trouble = _reading_trouble(session, source.id)
    before, source.well_at, source.failures = source.well_at, clock.now(), 0
    source.fault, source.fault_kind = None, None
    if trouble is not None:
        close(session, source, trouble, before, zone)
    silence = _open(session, source.id, "silence")
    if silence is not None and source.brought_at and source.brought_at > silence.began_at:
        close(session, source, silence, before, zone)


def note_certificate(session: Session, source: Source, ends: datetime | None, zone: str) -> None:
    """Note when the certificate of a source's server ends, and tell when that is near."""
    if ends is None:
        return
    source.certificate_ends = ends
    trouble = _open(session, source.id, "certificate")
    if ends - clock.now() > CERTIFICATE_NEAR:
        if trouble is not None:
            close(session, source, trouble, None, zone)
        return
    if trouble is None:
        open_trouble(session, source.id, "certificate", f"it ends on {_moment(ends, zone)}")
        trouble = _open(session, source.id, "certificate")
    if trouble is not None:
        said = phrase("It ends on {moment}.", moment=_moment(ends, zone))
        tell(session, source, trouble, said, zone)


def open_trouble(session: Session, source_id: int, kind: str, said: str) -> None:
    """Open a trouble, unless there is one already."""
    row = {"source_id": source_id, "kind": kind, "said": said, "began_at": clock.now()}
    session.execute(insert_into(session, SourceTrouble).values(row).on_conflict_do_nothing())


def open_troubles(session: Session, source_id: int) -> list[SourceTrouble]:
    """What is wrong with a source now."""
    mine = (SourceTrouble.source_id == source_id, SourceTrouble.ended_at.is_(None))
    return list(session.scalars(select(SourceTrouble).where(*mine).order_by(SourceTrouble.id)))


def tell(
    session: Session, source: Source, trouble: SourceTrouble, said: Phrase, zone: str, detail: str = ""
) -> None:
    """Tell the coordinators of a trouble, once: what, what to try, and when it was last well."""
    network = read_network(session)
    if trouble.told_at is not None or network is None or source.paused:
        return
    title = _TITLES.get(trouble.kind, "The source {source} cannot be read")
    told = alert(
        session, network, f"source-trouble:{trouble.id}",
        title,
        "{said} {good}\n\n{remedy}\n\n{detail}" if detail else "{said} {good}\n\n{remedy}",
        path=f"/sources/{source.name}", source=source.name, said=said, detail=_detail(detail),
        remedy=remedy(trouble.kind, asked=source.next_at is not None), good=_last_good(source, trouble.kind, zone),
    )  # fmt: skip
    if told:
        trouble.told_at = clock.now()


def close(session: Session, source: Source, trouble: SourceTrouble, well: datetime | None, zone: str) -> None:
    """End a trouble; whoever heard of it hears of its end. `well` is when it was last read before."""
    trouble.ended_at = clock.now()
    network = read_network(session)
    if trouble.told_at is None or network is None or source.paused:
        return
    said, detail = (
        phrase("It could not be read after {since}.", since=_moment(well or trouble.began_at, zone)),
        "",
    )
    if trouble.kind == "silence":
        said = phrase(
            "The coordinators were told of its silence on {told}. Nothing need be done any more.",
            told=_moment(trouble.told_at, zone),
        )
    elif trouble.kind == "certificate":
        said = phrase("It ends on {moment}.", moment=_moment(source.certificate_ends, zone))
    else:
        detail = trouble.said
    alert(
        session, network, f"source-trouble:{trouble.id}:over",
        _ENDS.get(trouble.kind, "The source {source} is well again"),
        "{said}\n\n{detail}" if detail else "{said}",
        path=f"/sources/{source.name}", source=source.name, said=said, detail=_detail(detail),
    )  # fmt: skip


def _last_good(source: Source, kind: str, zone: str) -> Phrase:
    if kind == "silence":
        return phrase("The last thing came on {moment}.", moment=_moment(source.brought_at, zone))
    if source.well_at is None:
        return phrase("It could not be read even once yet.")
    return phrase("It was well last on {moment}.", moment=_moment(source.well_at, zone))


def _detail(said: str) -> Phrase:
    return phrase("The fault in technical words: {fault}", fault=_verbatim(said[:MOST_SHOWN]))


def _verbatim(said: str) -> str:
    """A text from outside as Markdown code, in which nothing is a link or stands out (CommonMark 6.1)."""
    said = " ".join(said.split())
    longest = max((len(run) for run in re.findall("`+", said)), default=0)
    return f"{'`' * (longest + 1)} {said} {'`' * (longest + 1)}" if longest else f"`{said}`"


def _reading_trouble(session: Session, source_id: int) -> SourceTrouble | None:
    return next((each for each in open_troubles(session, source_id) if each.kind not in APART), None)


def _open(session: Session, source_id: int, kind: str) -> SourceTrouble | None:
    return next((each for each in open_troubles(session, source_id) if each.kind == kind), None)


def _moment(at: datetime | None, zone: str) -> str:
    """A moment as all three languages can read it, a dash for never."""
    return f"{at.astimezone(ZoneInfo(zone)):%d.%m.%Y %H:%M}" if at else "–"
