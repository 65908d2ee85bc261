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
        comment, deep = _comment(sheet, number, row, Eraser(hosts))
        if comment is None:
            sheet.left_out.append(f"row {number}: it has no text")
            continue
        (topics[-1].replies if deep and topics else topics).append(comment)
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


def _comment(sheet: Sheet, number: int, row: dict[str, Any], eraser: Eraser) -> tuple[_Comment | None, bool]:
    """A row's comment, if it has a text, and whether it answers the one above."""
    stated = str(row.get("text") or row.get("reply") or "")
    lead = len(stated) - len(stated.lstrip(" \t\u00a0"))
    plain = stated.strip()
    arrow = next((each for each in _ARROWS if plain.startswith(each)), "")
    text = eraser.blot(eraser.text(whole(plain.removeprefix(arrow).strip())))
    deep = bool(arrow) or lead >= 2 or number in sheet.indents or ("text" not in row and "reply" in row)
    if not text:
        return None, deep
    author = title(str(row.get("author", "")), is_html=False, limit=200)
    when = _when(row.get("time"))
    if when is None and "time" in row:
        letter = sheet.columns["time"][0]
        sheet.faults.append(f"{letter}{number}: {str(row['time'])[:40]!r} is no date")
    said = str(row["id"]) if "id" in row else f"{author}\n{when.isoformat() if when else ''}\n{text}"
    return _Comment(number, author, when, text, hashlib.sha256(said.encode()).hexdigest()[:32]), deep


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
