"""`/sifted`: what concerns the network and what was set aside, with reasons; and what a first poll brought."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Redirect

from bot.contracts import Language
from bot.intake.relevance import first_polls
from bot.intake.relevance.correcting import Uncorrectable, put_aside, take_in, undo
from bot.store.items import Item, ReportRow
from bot.store.joining import Judgement
from bot.store.sources import Source
from bot.web import guard, prose
from bot.web.because import because, whom
from bot.web.house import House, house
from bot.web.pages import back_to, number, page, words

PAGE = 25
SHOWN = {"aside": "Set aside", "taken": "Taken in", "corrected": "Corrected by people"}

sifted = Blueprint("sifted", __name__)


@dataclass(frozen=True, slots=True)
class Entry:
    """A judged report. `chosen` are the cities and topics it has now."""

    report_id: int
    item_id: int
    state: str
    language: Language
    title: str
    source: str
    whom: str
    why: str
    by: str
    cities: tuple[str, ...]
    topics: tuple[str, ...]
    row: Judgement


@sifted.get("/sifted")
def show() -> Response:
    """The newest judgements, 25 a page, those that were set aside unless another list is asked for."""
    asked = request.args
    which = asked.get("show", "") if asked.get("show") in SHOWN else "aside"
    source, before = words(asked.get("source"), 64), number(asked.get("before"))
    with house().database.reading() as session:
        rows = session.execute(_select(which, source, before).limit(PAGE + 1)).all()
        first = [
            (item.id, *prose.told_in(item.details["title"], house().settings.default_language), name)
            for item, name in first_polls.untold(session)
        ]
        return page(
            "sifted.html",
            entries=[_entry(house(), *row) for row in rows[:PAGE]],
            older=rows[PAGE - 1][1].id if len(rows) > PAGE else None,
            which=which,
            source=source,
            shown=SHOWN,
            sources=session.scalars(select(Source.name).where(Source.sifted).order_by(Source.name)).all(),
            first=first,
        )


@sifted.post("/sifted/<int(max=2147483647):report_id>/<any(concerns, aside, undo):act>")
def correct(report_id: int, act: str) -> Redirect:
    """Say that it concerns these cities and topics, or nobody, or what the rules say."""
    actor, origin, zone, form = guard.actor(), guard.origin(), house().settings.zone, request.form
    known = house().network
    cities = [city.slug for city in known.cities if city.slug in form.getlist("city")]
    topics = [topic.slug for topic in known.topics if topic.slug in form.getlist("topic")]
    tell = form.get("tell") != "silently"

    def work(session: Session) -> str:
        if act == "aside":
            item = put_aside(session, report_id, actor, origin)
            return f"Item {item} lies aside: no notice, no reminder. Who was told keeps what they have."
        if act == "undo":
            return f"Undone: for item {undo(session, report_id, zone, actor, origin)} the rules count again."
        taken = take_in(session, report_id, cities, topics, tell, zone, actor, origin)
        if taken.state == "waiting":
            return f"Item {taken.id} concerns us: its source publishes after approval, so it waits for that."
        return f"Item {taken.id} concerns us{' and is told' if tell else ', silently'}."

    _do(work)
    return redirect(back_to(form.get("back"), url_for("sifted.show")), 303)


@sifted.post("/sifted/first/<any(chosen, all, left):act>")
def first_poll(act: str) -> Redirect:
    """Announce what was chosen of a first poll, or all that the page showed; or leave it untold."""
    actor, origin = guard.actor(), guard.origin()
    name = "listed" if act == "all" else "item"
    wanted = {found for each in request.form.getlist(name) if (found := number(each))}

    def work(session: Session) -> str:
        if act == "left":
            return f"{first_polls.leave(session, wanted, actor, origin)} left untold."
        return f"{first_polls.choose(session, wanted, actor, origin)} announced."

    _do(work)
    return redirect(url_for("sifted.show"), 303)


def _do(work: Callable[[Session], str]) -> None:
    try:
        flash(house().database.write(work))
    except Uncorrectable as fault:
        flash(f"Nothing was done. {fault}")


def _select(which: str, source: str, before: int | None) -> Select[Judgement, ReportRow, Item, str]:
    found = (
        select(Judgement, ReportRow, Item, Source.name)
        .join(ReportRow, ReportRow.id == Judgement.report_id)
        .join(Item, Item.id == ReportRow.item_id)
        .join(Source, Source.id == ReportRow.source_id)
        .where(ReportRow.withdrawn.is_(False))
        .order_by(ReportRow.id.desc())
    )
    if which == "corrected":
        found = found.where(Judgement.corrected_at.is_not(None))
    else:
        found = found.where(Item.state == "aside" if which == "aside" else Item.state != "aside")
    if source:
        found = found.where(Source.name == source)
    return found.where(ReportRow.id < before) if before else found


def _entry(house: House, row: Judgement, report: ReportRow, item: Item, source: str) -> Entry:
    language, title = prose.told_in(item.details["title"], house.settings.default_language)
    said = row.corrected or {"cities": row.cities, "topics": row.topics}
    return Entry(
        report.id, item.id, item.state, language, title, source, whom(house.network, row),
        because(house.network, row.why), row.corrected_by or "", tuple(said["cities"]), tuple(said["topics"]), row,
    )  # fmt: skip
