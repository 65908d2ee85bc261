"""`/sources/<name>/sample`: what a source would make of a body pasted by hand. It changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, abort, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contracts import Details, Fetched, Report, SourceFault
from bot.contracts.words import LANGUAGE_NAMES
from bot.intake.fingerprint import fingerprint
from bot.log import logger
from bot.store.items import ReportRow
from bot.store.sources import Source, source_named
from bot.web import prose
from bot.web.house import house
from bot.web.incoming import BODY_LIMIT
from bot.web.item import facts_of
from bot.web.pages import page

MOST = 50
"""Reports on the page; how many there are more is said."""

samples = Blueprint("samples", __name__)
_log = logger("web")


@dataclass(frozen=True, slots=True)
class Made:
    """One report of a sample: what would come of it, its item where there is one, and its facts."""

    external_id: str
    outcome: str
    item_id: int | None
    title: str
    rows: tuple[tuple[str, str], ...]
    bodies: tuple[tuple[str, str], ...]
    link: str | None


@samples.get("/sources/<name>/sample")
def ask(name: str) -> Response:
    """The form."""
    source, _ = _read(name, b"")
    return page("sample.html", source=source, body="", made=None, faults=(), more=0)


@samples.post("/sources/<name>/sample")
def show(name: str) -> Response:
    """The form with what would be made of what stands in it."""
    body = request.form.get("body", "")
    raw = body.strip().encode("utf-8", "surrogatepass")
    if not raw or len(raw) > BODY_LIMIT:
        source, _ = _read(name, b"")
        said = "It is larger than 256 KiB." if raw else "Paste a body first."
        return page(
            "sample.html", 422, source=source, body=body[:BODY_LIMIT], made=None, faults=(said,), more=0
        )
    source, found = _read(name, raw)
    with house().database.reading() as session:
        known = _known(session, source, found.reports)
        made = [_made(report, known.get(report.external_id), source) for report in found.reports[:MOST]]
    more = len(found.reports) - len(made)
    return page("sample.html", source=source, body=body, made=made, faults=found.faults, more=more)


def _read(name: str, body: bytes) -> tuple[Source, Fetched]:
    """The source and what it makes of a body; of an empty one nothing is asked. 404 for one that reads no samples."""
    with house().database.reading() as session:
        source = source_named(session, name) if "\x00" not in name else None
        if source is not None:
            session.expunge(source)
    read = house().sample_reader(source) if source is not None else None
    if source is None or read is None:
        abort(404)
    if not body:
        return source, Fetched([], {})
    try:
        return source, read(body)
    except SourceFault as fault:
        return source, Fetched([], {}, [fault.reason])
    except Exception as fault:  # whatever is pasted, the page says something
        _log.exception("a sample broke the integration", source=source.name)
        return source, Fetched([], {}, [f"The integration broke on it: {type(fault).__name__}."])


def _known(session: Session, source: Source, reports: Sequence[Report]) -> Mapping[str, ReportRow]:
    asked = [report.external_id for report in reports[:MOST]]
    mine = select(ReportRow).where(ReportRow.source_id == source.id, ReportRow.external_id.in_(asked))
    rows = session.scalars(mine).all()
    session.expunge_all()
    return {row.external_id: row for row in rows}


def _made(report: Report, known: ReportRow | None, source: Source) -> Made:
    details = report.details
    outcome = _outcome(report, known, source)
    item_id = known.item_id if known else None
    if details is None:
        return Made(report.external_id, outcome, item_id, "", (), (), None)
    return Made(
        report.external_id,
        outcome,
        item_id,
        prose.told_in(details.title, house().settings.default_language)[1],
        tuple(_rows(details)),
        tuple((LANGUAGE_NAMES[language], text) for language, text in details.body.items() if text),
        prose.web_link(details.url),
    )


def _rows(details: Details) -> Sequence[tuple[str, str]]:
    titles = [
        (f"Title in {LANGUAGE_NAMES[language]}", text) for language, text in sorted(details.title.items())
    ]
    facts = [(label, value) for label, value in facts_of(details, house()) if value]
    return [*titles, *facts, *([("Number", details.identifier)] if details.identifier else [])]


def _outcome(report: Report, known: ReportRow | None, source: Source) -> str:
    if report.details is None:
        return "Withdraws" if known and not known.withdrawn else "Withdraws nothing: its id is not known"
    if known is None:
        return "New" if source.publish == "at_once" else "New, and waits for approval"
    if report.as_of and known.as_of and report.as_of < known.as_of:
        return "Changes nothing: something newer is known of"
    details = report.details
    if details.urgent and not source.may_be_urgent:
        details = details.model_copy(update={"urgent": False})
    same = known.fingerprint == fingerprint(details) and not known.withdrawn
    return "Changes nothing of" if same else "Changes"
