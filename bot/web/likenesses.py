"""`/likenesses`: reports that may tell of an item that another made, side by side; and reports that are parted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased
from werkzeug.wrappers import Response as Redirect

from bot.contracts import Details
from bot.intake.decisions import Undecidable, different, part, same
from bot.store.items import Item, ReportRow
from bot.store.joining import Likeness
from bot.store.sources import Source
from bot.web import guard, prose
from bot.web.house import House, house
from bot.web.item import facts_of
from bot.web.pages import page

MOST = 20
"""Likenesses on the page, the likeliest first: whoever decided on these sees the next ones."""

WHY = {
    "title": "the titles are alike ({} of 100)",
    "link": "they have the link {}",
    "identifier": "they have the number {}",
    "days same": "the day is the same",
    "days moved": "the deadlines differ",
    "days lacking": "only one names a day",
    "days unknown": "neither names a day",
    "days far": "the deadlines are far apart",
}
_REPORT = "int(max=2147483647):report_id"
_ITEM = "int(max=2147483647):item_id"

likenesses = Blueprint("likenesses", __name__)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: its title, item, sources and link, and its facts in the order of the table."""

    title: str
    item_id: int
    sources: str
    url: str | None
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A likeness to decide on: why it is one, and both sides; `rows` are labels with whether they differ."""

    report_id: int
    item_id: int
    why: tuple[str, ...]
    rows: tuple[tuple[str, bool], ...]
    mine: Side
    theirs: Side


@likenesses.get("/likenesses")
def show() -> Response:
    """What waits for a decision."""
    with house().database.reading() as session:
        rows = session.execute(_offered().limit(MOST)).all()
        found = [_offer(session, likeness, report, item, house()) for likeness, report, item in rows]
        return page("likenesses.html", offers=found, total=offered(session))


@likenesses.post(f"/likenesses/<{_REPORT}>/<{_ITEM}>/<any(same, different):act>")
def decide(report_id: int, item_id: int, act: str) -> Redirect:
    """Say that they are the same, or are not."""
    actor, origin, zone = guard.actor(), guard.origin(), house().settings.zone

    def work(session: Session) -> str:
        likeness = session.get(Likeness, (report_id, item_id), with_for_update=True)
        if likeness is None or likeness.state != "offered":
            return "Nothing was done: it has been decided already."
        if act == "different":
            different(session, report_id, item_id, actor, origin)
            return "They stay two items, and are not offered again."
        kept = same(session, report_id, item_id, zone, actor, origin)
        return f"They are one now: item {kept}. Whoever was told of either is not told again."

    _do(work)
    return redirect("/likenesses", 303)


@likenesses.post(f"/items/<{_ITEM}>/part/<{_REPORT}>")
def take_out(item_id: int, report_id: int) -> Redirect:
    """Take a report out of an item."""
    actor, origin, zone = guard.actor(), guard.origin(), house().settings.zone

    def work(session: Session) -> str:
        own = part(session, report_id, item_id, zone, actor, origin)
        return f"Parted: it is item {own} now, and told to those who have not heard of that one."

    _do(work)
    return redirect(f"/items/{item_id}", 303)


def offered(session: Session) -> int:
    """How many likenesses wait for a decision."""
    return session.scalar(_offered().with_only_columns(func.count()).order_by(None)) or 0


def _do(work: Callable[[Session], str]) -> None:
    try:
        flash(house().database.write(work))
    except Undecidable as fault:
        flash(f"Nothing was done. {fault}")


def _offered() -> Select[Likeness, ReportRow, Item]:
    """Of what is withdrawn or waits for approval nothing can be decided now."""
    mine = aliased(Item)
    return (
        select(Likeness, ReportRow, Item)
        .join(ReportRow, ReportRow.id == Likeness.report_id)
        .join(mine, mine.id == ReportRow.item_id)
        .join(Item, Item.id == Likeness.item_id)
        .where(Likeness.state == "offered", ReportRow.withdrawn.is_(False), ReportRow.item_id != Item.id)
        .where(Item.state.in_(_DECIDABLE), mine.state.in_(_DECIDABLE))
        .order_by(Likeness.score.desc(), Likeness.made_at, Likeness.report_id, Likeness.item_id)
    )


_DECIDABLE = ("published", "aside")


def _offer(session: Session, likeness: Likeness, report: ReportRow, item: Item, house: House) -> Offer:
    mine, theirs = Details.model_validate(report.details), item.content()
    left, right = dict(_facts(mine, house)), dict(_facts(theirs, house))
    labels = list(dict.fromkeys([*left, *right]))
    sides = [
        Side(
            prose.told_in(details.title, house.settings.default_language)[1],
            item_id,
            sources_of(session, item_id),
            prose.web_link(details.url),
            tuple(facts.get(label, "") for label in labels),
        )
        for details, item_id, facts in ((mine, report.item_id, left), (theirs, item.id, right))
    ]
    rows = tuple((label, left.get(label) != right.get(label)) for label in labels)
    return Offer(report.id, item.id, tuple(_why(likeness)), rows, sides[0], sides[1])


def _facts(details: Details, house: House) -> list[tuple[str, str]]:
    titles = [(f"Title ({language})", title) for language, title in sorted(details.title.items())]
    return [
        *titles,
        *facts_of(details, house),
        ("Number", details.identifier or ""),
        ("Link", details.url or ""),
    ]


def _why(likeness: Likeness) -> list[str]:
    said = []
    for rule, found in likeness.why:
        known = WHY.get(f"{rule} {found}") or WHY.get(rule)
        said += [known.format(found)] if known else []
    return said


def sources_of(session: Session, item_id: int) -> str:
    """The names of the sources that tell of an item."""
    named = select(Source.name).join(ReportRow, ReportRow.source_id == Source.id)
    told = (ReportRow.item_id == item_id, ReportRow.withdrawn.is_(False))
    return ", ".join(dict.fromkeys(session.scalars(named.where(*told).order_by(ReportRow.id))))
