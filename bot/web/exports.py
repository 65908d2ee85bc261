"""`/items/<id>/told`: who was told of an item, as a page and as CSV, JSON and PDF for the funder's file.

Files are made a few thousand rows at a time while they are sent. Taking one leaves a line in the audit trail:
it holds names and addresses.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import islice

from flask import Blueprint, Response, abort, request
from sqlalchemy.orm import Session

from bot import clock
from bot.clock import zone as zone_of
from bot.contracts import ANSWERS
from bot.people.import_csv import inert
from bot.people.roster import Roster, roster
from bot.people.told import ANSWERED_ONLY, Told, only_answered, page_of, told, totals
from bot.store.audit import record
from bot.store.items import Item
from bot.web import guard, prose
from bot.web.frame import MEDIA, PURPOSES, STATES
from bot.web.house import house
from bot.web.item import story
from bot.web.pages import number, page

PAGE = 100
COLUMNS = (
    "when", "recipient", "name", "address", "cities", "language", "medium", "purpose", "digest", "state",
    "reference", "error", "answer", "answered_at",
)  # fmt: skip
ANSWER_NAMES = dict(zip(ANSWERS, ("Seen", "Interested", "Not for us", "Need a partner"), strict=True))
HEADS = ("When", "Who", "Address", "Lang.", "Way", "What", "State", "Reference", "Answer")

SILENT = "no answer"

exports = Blueprint("exports", __name__)
ITEM = "/items/<int(max=2147483647):item_id>/told"


@exports.get(ITEM)
def show(item_id: int) -> Response:
    """The totals, each city's answer, and the recipients, 100 a page."""
    after = number(request.args.get("after")) or 0
    with house().database.reading() as session:
        item = _item(session, item_id)
        rows = page_of(session, item_id, after, PAGE + 1)
        answers = only_answered(session, item_id) if len(rows) <= PAGE else []
        return page(
            "told.html",
            item=item,
            title=_title(item),
            said=_totals(session, item_id),
            cities=_cities(roster(session, house().network, item_id)),
            rows=[*rows[:PAGE], *answers],
            after=after,
            older=rows[PAGE - 1].delivery if len(rows) > PAGE else None,
            answer_names=ANSWER_NAMES,
        )


@exports.get(f"{ITEM}.csv")
def as_csv(item_id: int) -> Response:
    """Everybody, one a line; UTF-8 with a mark, so that Excel reads it, and no cell is a formula."""
    _taken(item_id, "csv")
    return _file(_csv(told(house().database, item_id)), "text/csv", f"told-{item_id}.csv")


@exports.get(f"{ITEM}.json")
def as_json(item_id: int) -> Response:
    """Everybody, as JSON with the totals; moments are ISO 8601 in UTC."""
    item = _taken(item_id, "json")
    with house().database.reading() as session:
        counted = asdict(totals(session, item_id))
        said = roster(session, house().network, item_id)
    head = {
        "item": item_id, "kind": item.kind, "title": item.details["title"], "made_at": clock.now().isoformat(),
        "totals": counted, "cities": {"answered": said.answered, "of": said.total},
    }  # fmt: skip
    return _file(_json(head, told(house().database, item_id)), "application/json", f"told-{item_id}.json")


@exports.get(f"{ITEM}.pdf")
def as_pdf(item_id: int) -> Response:
    """A page that prints, with the first recipients; says how many there are altogether."""
    from bot.web.told_pdf import MOST, paper  # fpdf2 takes half a second and some megabytes

    item = _taken(item_id, "pdf")
    with house().database.reading() as session:
        facts = story(session, house(), item)["facts"]
        sums, said = totals(session, item_id), _totals(session, item_id)
        cities = _cities(roster(session, house().network, item_id))
    if sums.all > MOST:
        said.append(f"The first {MOST} messages are listed here; the CSV lists all.")
    body = paper(
        _title(item),
        f"Item {item_id}, made {prose.moment(clock.now(), house().settings.zone, 'd MMMM y, HH:mm zzz')}",
        [("Network", house().network.name.en), *facts],
        said,
        _answered(cities),
        HEADS,
        (_printed(row) for row in islice(told(house().database, item_id), MOST)),
    )
    return _file(iter([body]), "application/pdf", f"told-{item_id}.pdf")


def _item(session: Session, item_id: int) -> Item:
    item = session.get(Item, item_id)
    return item if item is not None else abort(404)


def _taken(item_id: int, form: str) -> Item:
    """The item, with a line in the audit trail that somebody took its file (a HEAD takes nothing)."""
    with house().database.reading() as session:
        item = _item(session, item_id)
    if request.method == "GET":
        actor, origin = guard.actor(), guard.origin()
        house().database.write(
            lambda session: record(session, actor, "item.told.exported", f"item {item_id}", origin, form=form)
        )
    return item


def _file(body: Iterator[bytes], media_type: str, name: str) -> Response:
    response = Response(body, mimetype=media_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _csv(rows: Iterator[Told]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    text.write("\ufeff")
    writer.writerow(COLUMNS)
    for row in rows:
        values = (
            _iso(row.at), row.recipient, row.name, row.address, row.city, row.language, row.medium, row.purpose,
            row.digest or "", row.state, row.reference, row.error, row.answer, _iso(row.answered_at),
        )  # fmt: skip
        writer.writerow([inert(" ".join(str(value).split())) for value in values])
        if text.tell() > 64 * 1024:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _json(head: dict[str, object], rows: Iterator[Told]) -> Iterator[bytes]:
    yield json.dumps(head, ensure_ascii=False)[:-1].encode() + b', "told": [\n'
    for place, row in enumerate(rows):
        values = asdict(row) | {"at": _iso(row.at) or None, "answered_at": _iso(row.answered_at) or None}
        yield (b",\n" if place else b"") + json.dumps(values, ensure_ascii=False).encode()
    yield b"\n]}\n"


def _printed(row: Told) -> tuple[str, ...]:
    """A row as people read it, in the house's zone."""
    zone = zone_of(house().settings.zone)
    answered = f", {row.answered_at.astimezone(zone):%d.%m.%y}" if row.answered_at else ""
    purpose = "Answer" if row.purpose == ANSWERED_ONLY else PURPOSES.get(row.purpose, row.purpose)
    return (
        f"{row.at.astimezone(zone):%d.%m.%Y %H:%M}" if row.at else "",
        row.name or f"erased, {row.recipient}",
        row.address,
        row.language,
        MEDIA.get(row.medium, row.medium),
        f"{purpose} *" if row.digest else purpose,
        STATES[row.state][0] if row.state in STATES else row.state,
        row.reference or row.error,
        ANSWER_NAMES.get(row.answer, row.answer) + answered,  # type: ignore[call-overload]
    )


def _title(item: Item) -> str:
    return prose.told_in(item.details["title"], house().settings.default_language)[1]


def _totals(session: Session, item_id: int) -> list[str]:
    """How many were told, and how many cities answered."""
    sums, said = totals(session, item_id), roster(session, house().network, item_id)
    parts = [(sums.waiting, "waiting"), (sums.failed, "failed"), (sums.other, "not sent")]
    counted = ", ".join([f"{sums.told} told", *(f"{count} {word}" for count, word in parts if count)])
    return [f"{counted}; {said.answered} of {said.total} cities answered"]


def _cities(said: Roster) -> list[tuple[str, str]]:
    """Each city's answer with the name of who gave it, and when."""
    found = []
    for status in said.cities:
        newest = status.newest
        answer = (
            f"{ANSWER_NAMES[newest.answer]} ({newest.name or 'erased'}, {_day(newest.at)})"
            if newest
            else SILENT
        )
        found.append((prose.city_name(house().network, status.city), answer))
    return found


def _answered(cities: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that answered, one a line, and the silent ones on one."""
    silent = ", ".join(city for city, answer in cities if answer == SILENT)
    return [each for each in cities if each[1] != SILENT] + ([("No answer", silent)] if silent else [])


def _day(at: datetime) -> str:
    return prose.moment(at, house().settings.zone, "d MMMM y")


def _iso(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""
