"""Take reports in: dedupe, join, revise, withdraw, and hand on to planning, all in the caller's transaction.

A report is unique by (source, external id). Many are taken at once, because a poll brings many.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, Details, Report, Verdict
from bot.intake.candidates import Beside, batches, lock_keys
from bot.intake.fingerprint import fingerprint
from bot.intake.joins import Newcomers, offer_known, see_beside
from bot.intake.keys import identifier, keys
from bot.intake.records import Content, Known, keep_own_word, keep_word, known_reports, take_back
from bot.intake.relevance.first_polls import tell_changed
from bot.intake.relevance.judge import Sieve
from bot.intake.relevance.keeping import concerns, judgements
from bot.intake.renaming import renamed
from bot.intake.renewal import Cause, renew
from bot.log import logger
from bot.planning.calls import disagrees, state_of
from bot.planning.notices import announce, over_at
from bot.store.items import ReportRow

_log = logger("intake")

PORTION = 25
"""Reports taken in by one transaction, when a poll brings many: SQLite's one writer is held well under 100 ms."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a source may do with what it brings. `tell` is off for a first poll that stays silent; without
    `corrects` not even those hear of a change who were told before.

    What does not `join` is no source's news but the house's own: it is never taken for what others tell. A source
    that lists what there is may name the same under another id, which is known by what is not among the ids `listed`;
    one that sends keeps its ids. With a `sieve` only what concerns the network is told; the rest lies aside.
    """

    publish: str = "at_once"
    may_be_urgent: bool = False
    tell: bool = True
    corrects: bool = True
    join: bool = True
    listed: frozenset[str] | None = None
    sieve: Sieve | None = None

    @property
    def state(self) -> str:
        """The state of what it brings."""
        return "published" if self.publish == "at_once" else "waiting"


def accept(
    session: Session,
    source_id: int,
    reports: Sequence[Report],
    rights: Rights,
    zone: str,
    beside: Beside | None = None,
) -> list[Accepted]:
    """Take in what one source says, one answer for each report, in their order.

    The same external id twice is taken in the order given, as if in two calls; so is the same identifier.
    `beside` is what comes in other portions of the same news.
    """
    if rights.join:
        lock_keys(session, [report.details for report in reports if report.details], zone)
    answers: dict[int, Accepted] = {}
    waiting = dict(enumerate(reports))
    while waiting:
        firsts = firsts_of(waiting, rights)
        now_ones = [waiting.pop(at) for at in firsts]
        found = _accept_distinct(session, source_id, now_ones, rights, zone, beside)
        answers.update(zip(firsts, found, strict=True))
    return [answers[at] for at in range(len(reports))]


def in_portions(
    session: Session, source_id: int, parts: Sequence[Sequence[Report]], rights: Rights, zone: str
) -> tuple[list[Sequence[Report]], Beside | None]:
    """What one source says in portions, each for a transaction of its own, and what to tell `accept` of the others.

    With it all come to the same as if taken in together. No portion has reports of several `parts`. Nothing is changed.
    """
    reports = [report for part in parts for report in part]
    portions: list[Sequence[Report]] = [some for part in parts for some in batches(part, PORTION)] or [()]
    if len(portions) == 1 or not rights.join:
        return portions, None
    known: set[str] = set()
    for some in batches(reports):
        told = select(ReportRow.external_id).where(ReportRow.source_id == source_id)
        known |= set(
            session.scalars(told.where(ReportRow.external_id.in_([each.external_id for each in some])))
        )
    firsts = [reports[at] for at in firsts_of(dict(enumerate(reports)), rights)]
    contents = [content_of(each, rights, zone) for each in firsts if each.external_id not in known]
    new = [each for each in contents if each and (each.judged is None or each.judged.concerns)]
    return portions, see_beside(session, source_id, new, rights.state, zone)


def firsts_of(waiting: Mapping[int, Report], rights: Rights) -> list[int]:
    """Where those stand that can be taken in together: of the same external id, or number, the first."""
    ids: set[str] = set()
    numbers: set[str] = set()
    firsts = []
    for at, report in waiting.items():
        number = identifier(report.details) if report.details and rights.join else ""
        if report.external_id not in ids and number not in numbers:
            firsts.append(at)
            ids.add(report.external_id)
            numbers |= {number} - {""}
    return firsts


def _accept_distinct(
    session: Session,
    source_id: int,
    reports: Sequence[Report],
    rights: Rights,
    zone: str,
    beside: Beside | None,
) -> list[Accepted]:
    known = known_reports(session, source_id, [report.external_id for report in reports])
    if rights.listed is not None:
        known = _under_new_ids(session, source_id, reports, known, rights, zone)
    now = clock.now()
    answers: dict[str, Accepted] = {}
    new: list[Content] = []
    changed: list[tuple[Known, Content]] = []
    causes: dict[int, Cause] = {}
    for report in reports:
        before = known.get(report.external_id)
        content = content_of(report, rights, zone)
        _note_disagreement(source_id, content, now, zone)
        if content and not before:
            new.append(content)
            continue
        verdict = verdict_of(before, content, report.as_of)
        answers[report.external_id] = Accepted(verdict, before.item_id if before else None)
        if before and content and verdict == "updated":
            keep_word(session, before, content, now)
            causes[before.item_id] = _cause(session, before, rights)
            changed.append((before, content))
        elif before and verdict == "withdrawn" and not before.withdrawn:
            take_back(session, before, report.as_of, now)
            causes.setdefault(before.item_id, Cause(before.report_id))
        elif before and content and not before.worded:
            keep_own_word(session, before.report_id, content.details, content.keys)
    revised = renew(session, causes, zone, now)
    ours = [content for content in new if not content.judged or content.judged.concerns]
    rest = [content for content in new if content.judged and not content.judged.concerns]
    come = Newcomers.settle(session, source_id, ours, rights.state, rights.join, zone, now, beside)
    aside = Newcomers.settle(session, source_id, rest, "aside", False, zone, now)
    answers.update(come.answers | aside.answers)
    living = [item_id for item_id, details in come.made if not _over(details, zone, now)]
    quiet = {
        come.answers[r.external_id].item_id for r in reports if r.quiet and r.external_id in come.answers
    }
    how = "notice" if rights.tell else "quiet"
    again = how if rights.corrects else "once" if rights.tell else "silent"
    if rights.state == "published":
        announce(session, [item_id for item_id in living if item_id not in quiet], how, source_id)
        announce(session, [item_id for item_id in living if item_id in quiet], "quiet")
    if rights.tell:  # another source's news of what came silently is news
        announce(session, come.revised, how, source_id)
    else:
        tell_changed(session, come.revised, again, source_id)
    tell_changed(session, revised, again, source_id)
    if rights.join:
        offer_known(session, source_id, changed, zone, now)
    return [answers[report.external_id] for report in reports]


def _under_new_ids(
    session: Session,
    source_id: int,
    reports: Sequence[Report],
    known: Mapping[str, Known],
    rights: Rights,
    zone: str,
) -> Mapping[str, Known]:
    """The known reports, with those whose id the source has changed."""
    unknown = [content_of(each, rights, zone) for each in reports if each.external_id not in known]
    found = renamed(session, source_id, [each for each in unknown if each], rights.listed or (), zone)
    gone = {each.report_id for each in found.values()}
    return {**{name: each for name, each in known.items() if each.report_id not in gone}, **found}


def content_of(report: Report, rights: Rights, zone: str) -> Content | None:
    """What a report says, as it is taken in from a source with these rights; None when it withdraws."""
    details = report.details
    if details is None:
        return None
    if details.urgent and not rights.may_be_urgent:
        details = details.model_copy(update={"urgent": False})
    known_by = frozenset(keys(details, zone)) if rights.join else frozenset()
    judged = rights.sieve.judge(details, clock.now().date()) if rights.sieve else None
    return Content(report.external_id, details, fingerprint(details), known_by, report.as_of, judged)


def _cause(session: Session, before: Known, rights: Rights) -> Cause:
    """Why its item changes: what lay aside is told once the rules, or a coordinator, say that it concerns us."""
    row = judgements(session, [before.report_id]).get(before.report_id) if rights.sieve else None
    return Cause(before.report_id, rights.state, fresh=row is not None and concerns(row))


def _note_disagreement(source_id: int, content: Content | None, now: datetime, zone: str) -> None:
    if content and disagrees(content.details, now, zone):
        dates, stated = state_of(content.details, now, zone), content.details.stated_state
        _log.warning(
            "state_disagrees", source_id=source_id, external_id=content.external_id, stated=stated, dates=dates
        )  # fmt: skip


def verdict_of(before: Known | None, content: Content | None, as_of: datetime | None) -> Verdict:
    """What comes of a word, by what is known of the same external id."""
    if before is None:
        return "accepted" if content else "unknown"
    if as_of and before.as_of and as_of < before.as_of:
        return "duplicate"  # it overtook a newer one on the way
    if content is None:
        return "withdrawn"
    same = before.fingerprint == content.fingerprint and not before.withdrawn
    return "duplicate" if same else "updated"


def _over(details: Details, zone: str, now: datetime) -> bool:
    """A call already closed, or an event already over, becomes an item without a notice."""
    over = over_at(details, zone)
    return over is not None and over <= now
