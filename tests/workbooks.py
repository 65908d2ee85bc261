"""Workbooks as the hosts of a workspace export them, and as they break."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from tests.integrations.howspace_letters import LOGIN

WHEN = datetime(2026, 11, 3, 10, 15)  # noqa: DTZ001  Excel's cells have no zone
CHAT: Sequence[Sequence[Any]] = (
    ("Vienti työtilasta Acme",),
    (),
    ("Tykkäykset", "PÄIVÄMÄÄRÄ", "Kirjoittaja", "Kommentti", "Vastaus"),
    (3, WHEN, "Alice", "Miten *kaupungit* aloittivat?", None),
    (0, "4.11.2026 klo 9.30", "Bob", None, f"Me aloitimme keväällä, katso {LOGIN}"),
    (),
    (1, WHEN, "Charlie", "<!channel> Kokous torstaina", None),
)

USERS: Sequence[Sequence[Any]] = (
    ("Etunimi", "Sukunimi", "Sähköposti", "Kaupunki", "Kieli", "Rooli"),
    ("Alice", "Ahola", "alice@example.org", "Tampere", "suomi", "Admin"),
    ("Bob", "Berg", "bob@example.org", "Oulu", "svenska", "Main user"),
)


def workbook(path: Path, rows: Sequence[Sequence[Any]], merged: str = "") -> str:
    """Save a workbook of these rows; returns its path."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merged:
        sheet.merge_cells(merged)
    book.save(path)
    return str(path)


def repacked(whole: Path, path: Path, made: str) -> None:
    """The workbook `whole` as a `zip` of something else, a `bomb`, or with `entities`."""
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        if made == "zip":
            new.writestr("readme.txt", "nothing")
            return
        for info in old.infolist():
            raw = old.read(info)
            if made == "entities" and info.filename == "xl/worksheets/sheet1.xml":
                bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
                raw = bomb + raw.replace(b"<sheetData>", b"<sheetData>&b;")
            new.writestr(info.filename, raw)
        if made == "bomb":
            with new.open("xl/media/zeros.bin", "w") as huge:
                for _ in range(257):
                    huge.write(bytes(1024 * 1024))
