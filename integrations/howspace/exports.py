"""The exports of a workspace's hosts: the comments of a Super Chat as discussions, and the list of its users."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from bot import clock
from bot.clock import When
from bot.contracts import BODY_LIMIT, Defaults, Details, Report
from integrations.dates import moment
from integrations.howspace.login_links import Eraser
from integrations.howspace.workbook import Sheet, read_sheet
from integrations.text import cut, markdown, title, whole

CHAT = {
    "text": ("comment", "comments", "message", "text", "content", "kommentti", "kommentit", "viesti", "teksti",
             "sisältö", "kommentar", "kommentarer", "meddelande", "innehåll"),
    "reply": ("reply", "replies", "vastaus", "vastaukset", "svar"),
    "author": ("author", "name", "user", "user name", "sender", "commenter", "full name", "nimi", "kirjoittaja",
               "lähettäjä", "käyttäjä", "kommentoija", "namn", "författare", "avsändare", "användare"),
    "time": ("time", "date", "created", "created at", "timestamp", "posted", "aika", "päivämäärä", "pvm", "luotu",
             "päiväys", "ajankohta", "tid", "datum", "skapad", "tidpunkt"),
    "id": ("id", "comment id", "kommentin id", "tunniste", "kommentar id"),
}  # fmt: skip
PEOPLE = {
    "name": ("name", "full name", "user", "nimi", "koko nimi", "käyttäjä", "namn", "fullständigt namn", "användare"),
    "first": ("first name", "firstname", "given name", "etunimi", "förnamn"),
    "last": ("last name", "lastname", "surname", "family name", "sukunimi", "efternamn"),
    "email": ("email", "e-mail", "email address", "e-mail address", "sähköposti", "sähköpostiosoite", "s-posti",
              "e-post", "e-postadress", "epost", "mejl"),
    "city": ("city", "kaupunki", "stad"),
    "language": ("language", "kieli", "språk"),
}  # fmt: skip
_LANGUAGES = {"suomi": "fi", "finnish": "fi", "finska": "fi", "ruotsi": "sv", "svenska": "sv", "swedish": "sv",
              "englanti": "en", "english": "en", "engelska": "en"}  # fmt: skip
_ARROWS = ("↳", "└", "↪", "→", "-->", "->")


@dataclass(slots=True)
class _Comment:
    row: int
    author: str
    when: When | None
    text: str
    known_by: str
    replies: list[_Comment] = field(default_factory=list)


def read_chat(file: Path | BinaryIO, defaults: Defaults, hosts: Sequence[str]) -> tuple[Sheet, list[Report]]:
    """A sheet of comments and what would be told of it: a discussion for each comment, its replies below.

    A comment is known by its id, or else by who wrote it, when and what. Raises WorkbookFault.
    """
    sheet = read_sheet(file, CHAT, (("text", "reply"),))
    topics: list[_Comment] = []
    for number, row in sheet.rows:
        found = list(_comments(sheet, number, _erased(row, Eraser(hosts)), topics[-1] if topics else None))
        for comment, deep in found:
            (topics[-1].replies if deep and topics else topics).append(comment)
        if not found:
            sheet.left_out.append(f"row {number}: it has no text")
    reports: dict[str, Report] = {}
    for each in topics:
        report = _report(each, defaults)
        if reports.setdefault(report.external_id, report) is not report:
            sheet.left_out.append(f"row {each.row}: it stands further up already")
    return sheet, list(reports.values())


def read_people(file: Path | BinaryIO) -> tuple[Sheet, list[tuple[int, dict[str, str]]]]:
    """A sheet of users and its rows as the importer of contacts takes them. Raises WorkbookFault."""
    sheet = read_sheet(file, PEOPLE, (("email",), ("name", "first", "last")))
    rows = []
    for number, row in sheet.rows:
        rows.append((number, contact_row(row)))
    return sheet, rows


def contact_row(row: Mapping[str, Any]) -> dict[str, str]:
    """A person's fields (`PEOPLE`) as a row of the importer of contacts."""
    said = {name: " ".join(whole(str(value)).split()) for name, value in row.items()}
    parts = [said.pop("first", ""), said.pop("last", "")]
    said["name"] = said.get("name") or " ".join(part for part in parts if part)
    if "language" in said:
        said["language"] = _LANGUAGES.get(said["language"].casefold(), said["language"])
    return said


def _erased(row: Mapping[str, Any], eraser: Eraser) -> dict[str, Any]:
    """A row without what opens the workspace, whichever of its cells that stands in. Its id is never shown."""
    texts = {name: whole(value) for name, value in row.items() if isinstance(value, str) and name != "id"}
    shown = {name: eraser.text(text) for name, text in texts.items()}
    return {**row, **{name: eraser.blot(text) for name, text in shown.items()}}


def _comments(
    sheet: Sheet, number: int, row: Mapping[str, Any], above: _Comment | None
) -> Iterator[tuple[_Comment, bool]]:
    """What a row says, and whether each answers the comment above: a comment, a reply, or a comment with a reply.

    Exports repeat a comment, or merge its cells, for each of its replies.
    """
    text, inset = _said(row.get("text"))
    reply, _ = _said(row.get("reply"))
    author = title(str(row.get("author", "")), is_html=False, limit=200)
    when = _when(row.get("time"))
    if when is None and "time" in row and (text or reply):
        letter = sheet.columns["time"][0]
        sheet.faults.append(f"{letter}{number}: {str(row['time'])[:40]!r} is no date")
    if text and reply:
        if above is None or above.text != text:
            yield _comment(number, row, author, when, text), inset or number in sheet.indents
            author, when = "", None  # of two texts they are the first one's
        elif (author, when) == (above.author, above.when):
            author, when = "", None  # repeated with it
        yield _comment(number, row, author, when, reply), True
    elif text or reply:
        yield _comment(number, row, author, when, text or reply), not text or inset or number in sheet.indents


def _said(cell: object) -> tuple[str, bool]:
    """A cell's text, and whether it is set in below another."""
    stated = "" if cell is None else str(cell)
    plain = stated.strip()
    arrow = next((each for each in _ARROWS if plain.startswith(each)), "")
    lead = len(stated) - len(stated.lstrip(" \t\u00a0"))
    return plain.removeprefix(arrow).strip(), bool(arrow) or lead >= 2


def _comment(number: int, row: Mapping[str, Any], author: str, when: When | None, text: str) -> _Comment:
    said = str(row["id"]) if "id" in row else f"{author}\n{when.isoformat() if when else ''}\n{text}"
    return _Comment(number, author, when, text, hashlib.sha256(said.encode()).hexdigest()[:32])


def _when(value: Any) -> When | None:
    """A cell's moment, if it is one: Excel's own has no zone and is the network's."""
    zone = clock.zone(clock.DEFAULT_ZONE)
    if value is None:
        return None
    try:
        if isinstance(value, datetime) and value.tzinfo is None:
            return When.parse(value.replace(tzinfo=zone, microsecond=0))
        return When.parse(value)
    except ValueError:
        today = clock.now().astimezone(zone).date()
        return moment(str(value)[:100], today=today, zone=zone.key)


def _report(comment: _Comment, defaults: Defaults) -> Report:
    body = cut("\n\n".join(_paragraphs(comment)), BODY_LIMIT)
    heading = cut(title(comment.text, is_html=False), 80)
    stated = {
        "kind": "discussion", "title": {defaults.language: heading}, "body": {defaults.language: body},
        "cities": defaults.cities, "topics": defaults.topics, "visibility": defaults.visibility or "network",
        "published_at": comment.when,
    }  # fmt: skip
    return Report(f"chat:{comment.known_by}", Details.model_validate(stated))


def _paragraphs(comment: _Comment) -> Iterator[str]:
    yield markdown(comment.text, is_html=False)
    if said := _by(comment):
        yield f"— {said}"
    for reply in comment.replies:
        said = _by(reply)
        lines = f"{f'{said}: ' if said else ''}{markdown(reply.text, is_html=False)}".splitlines()
        yield "\n".join(f"> {line}" for line in lines)


def _by(comment: _Comment) -> str:
    when = comment.when
    day = (
        when.at.astimezone(clock.zone(clock.DEFAULT_ZONE)).date()
        if when and when.at
        else when.day
        if when
        else None
    )
    shown = f"{day.day}.{day.month}.{day.year}" if day else ""
    return ", ".join(part for part in (markdown(comment.author, is_html=False), shown) if part)
