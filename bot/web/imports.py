"""`/sources/<name>/import`: what a workspace's hosts exported to Excel is shown as it was understood, then taken in.

The file is kept nowhere: between the two steps it lies in the page itself, which sends it a second time.
"""

from __future__ import annotations

import io
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Redirect

from bot.contracts import Report, SourceFault
from bot.contracts.exported import Understood
from bot.intake.foresight import WORDS, foresee
from bot.intake.taking import rights_of
from bot.log import logger
from bot.people.csv_file import ImportFault
from bot.people.enrolment import Enrolled, Person, enrol_by_portions
from bot.store.audit import record
from bot.store.contacts import Contact, email_key
from bot.store.sources import Source, source_named
from bot.web import guard, prose
from bot.web.house import Exports, house
from bot.web.pages import page

FILE_LIMIT = 4 * 1024 * 1024
"""Bytes of a file that a page takes: some 40,000 comments. A larger one is imported by command."""

SENT_LIMIT = 16 * 1024 * 1024
"""Bytes of a request that is read at all, so that a larger file is refused in words."""

MOST_LINES, MOST_FAULTS, PORTION, NAME_LIMIT = 20, 100, 500, 120
WHAT = {"chat": "A Super Chat: its comments", "people": "The list of users"}
READ_AS = {
    "text": "the comment", "reply": "a reply", "author": "who wrote it", "time": "when", "id": "what it is known by",
    "name": "name", "first": "first name", "last": "last name", "email": "email",
    "city": "city", "language": "language",
}  # fmt: skip
"""What the columns of a sheet are called on the page, by field."""

_BROKEN = "The file did not arrive whole. Choose it again."
_AGAIN = "Mend these in Excel, save the file and choose it again. Until then nothing of it can be taken in."
_TOO_LARGE = (
    f"The file is larger than {FILE_LIMIT // 1024 // 1024} MB. Split it, or have it imported by command: "
    "`python -m bot howspace import-chat FILE`, or `import-people`."
)

imports = Blueprint("imports", __name__)
_log = logger("web")


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: `comes` is how many would be new, changed …; of `lines` only the first are shown."""

    understood: Understood
    comes: Sequence[tuple[str, int]]
    lines: Sequence[str]
    count: int


@imports.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Before anything reads the form: it holds a file, which other forms may not."""
    request.max_content_length = SENT_LIMIT
    request.max_form_memory_size = SENT_LIMIT


@imports.errorhandler(RequestEntityTooLarge)
def _too_large(_fault: RequestEntityTooLarge) -> Response:
    source, _ = _opened(str((request.view_args or {}).get("name", "")))
    return _form(source, "chat", 413, faults=(_TOO_LARGE,))


@imports.get("/sources/<name>/import")
def ask(name: str) -> Response:
    """The form."""
    source, _ = _opened(name)
    return _form(source, "chat")


@imports.post("/sources/<name>/import")
def show(name: str) -> Response:
    """What was understood of a file. Nothing is changed."""
    source, exports = _opened(name)
    what = _what()
    called, body = _sent()
    if not called:
        return _form(source, what, 422, faults=("Choose a file first.",))
    try:
        found = _found(source, exports, what, body)
    except ImportFault as fault:
        return _form(source, what, 422, faults=fault.faults, called=called)
    if faults := found.understood.faults:
        return _form(source, what, 422, faults=faults, found=found, called=called)
    return _form(source, what, found=found, kept=b64encode(body).decode(), called=called)


@imports.post("/sources/<name>/import/take")
def take(name: str) -> Response | Redirect:
    """Take in what the page before showed."""
    source, exports = _opened(name)
    what, tell = _what(), "tell" in request.form
    try:
        if source.paused:
            raise ImportFault(["The source is paused, so nothing is taken from it. Resume it first."])
        body = _unpacked(request.form.get("kept", ""))
        if what == "chat":
            said = _take_chat(source, exports, _read(exports, what, body)[1], tell)
        else:
            said = _take_people(source, _read(exports, what, body)[1])
    except ImportFault as fault:
        return _form(source, what, 422, faults=fault.faults)
    flash(said)
    return redirect(url_for("sources.one", name=name), 303)


def _take_chat(source: Source, exports: Exports, reports: Sequence[Report], tell: bool) -> str:
    actor, origin = guard.actor(), guard.origin()
    count = exports.take_chat(reports, tell=tell)
    with house().database.writing() as session:
        record(
            session, actor, "chat.imported", source.name, origin,
            new=count["accepted"], changed=count["updated"], told=tell,
        )  # fmt: skip
    came = f"new {count['accepted']}, changed {count['updated']}, unchanged {count['duplicate']}"
    return f"Discussions: {came}." + ("" if tell else " Nobody was told.")


def _take_people(source: Source, people: Sequence[Person]) -> str:
    actor, origin = guard.actor(), guard.origin()

    def end(session: Session, done: Enrolled) -> None:
        record(session, actor, "contacts.imported", source.name, origin, new=done.new, changed=done.changed)

    done = enrol_by_portions(house().database, people, end)
    return f"Contacts: new {done.new}, changed {done.changed}, unchanged {done.unchanged}."


def _found(source: Source, exports: Exports, what: str, body: bytes) -> Found:
    understood, things = _read(exports, what, body, whole=False)
    if what == "people":
        lines = [f"{each.name} <{each.email}> {', '.join(each.cities)}" for each in things[:MOST_LINES]]
        known = _known(each.email for each in things)
        comes = [("new", len(things) - known), ("known already, brought up to date", known)]
        return Found(understood, comes, lines, len(things))
    with house().database.reading() as session:
        verdicts = foresee(session, source.id, things, rights_of(session, source), house().settings.zone)
    count = Counter(WORDS[verdict] for verdict in verdicts)
    comes = [(word, count[word]) for word in WORDS.values()]
    return Found(understood, comes, [_headline(each) for each in things[:MOST_LINES]], len(things))


def _read(exports: Exports, what: str, body: bytes, *, whole: bool = True) -> tuple[Understood, list[Any]]:
    """The file as it is understood. Raises ImportFault: also for faulty cells, where it must be `whole`."""
    if len(body) > FILE_LIMIT:
        raise ImportFault([_TOO_LARGE])
    try:
        read = exports.chat if what == "chat" else exports.people
        understood, things = read(io.BytesIO(body))
    except ImportFault as fault:
        raise ImportFault([f"{said[:1].upper()}{said[1:]}" for said in fault.faults]) from fault
    except SourceFault as fault:
        raise ImportFault([f"The source's own options are wrong: {fault.reason}"]) from fault
    except Exception as fault:  # whatever is sent, the page says something
        _log.exception("an export broke the integration")
        kind = type(fault).__name__
        said = f"The file cannot be read ({kind}). Open it in Excel, save it as .xlsx and choose it again."
        raise ImportFault([said]) from fault
    if whole and understood.faults:
        raise ImportFault(understood.faults)
    return understood, things


def _sent() -> tuple[str, bytes]:
    """What the file that was sent is called, and what it holds, a little more of it than may be taken."""
    sent = request.files.get("file")
    if sent is None:
        return "", b""
    with closing(sent):
        return (sent.filename or "")[:NAME_LIMIT], sent.read(FILE_LIMIT + 1)


def _unpacked(kept: str) -> bytes:
    try:
        return b64decode(kept, validate=True)
    except ValueError as fault:
        raise ImportFault([_BROKEN]) from fault


def _known(addresses: Iterable[str]) -> int:
    """How many of these addresses are a contact's."""
    with house().database.reading() as session:
        keys = [email_key(each) for each in addresses]
        mine = select(func.count()).select_from(Contact)
        portions = (keys[at : at + PORTION] for at in range(0, len(keys), PORTION))
        return sum(session.scalar(mine.where(Contact.email_key.in_(some))) or 0 for some in portions)


def _headline(report: Report) -> str:
    details = report.details
    if details is None:
        return report.external_id
    when = details.published_at.spoken("en") if details.published_at else "no date"
    return f"{when}: {prose.told_in(details.title, house().settings.default_language)[1]}"


def _what() -> str:
    said = request.form.get("what", "")
    return said if said in WHAT else "chat"


def _opened(name: str) -> tuple[Source, Exports]:
    """The source and what reads its exports. 404 for one that exports nothing."""
    with house().database.reading() as session:
        source = source_named(session, name) if "\x00" not in name else None
        if source is not None:
            session.expunge(source)
    exports = house().exports(source) if source is not None else None
    if source is None or exports is None:
        abort(404)
    return source, exports


def _form(
    source: Source,
    what: str,
    status: int = 200,
    *,
    faults: Sequence[str] = (),
    found: Found | None = None,
    kept: str = "",
    called: str = "",
) -> Response:
    return page(
        "import.html", status, source=source, what=what, choices=WHAT, faults=faults[:MOST_FAULTS],
        more=len(faults[MOST_FAULTS:]), found=found, kept=kept, called=called, read_as=READ_AS, again=_AGAIN,
    )  # fmt: skip
