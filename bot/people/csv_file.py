"""A CSV file as people save it: the rows by column name, whatever the separator, the letters and the quotes.

Files come from Excel, LibreOffice, Numbers and by hand: `,`, `;` or tab between the fields, UTF-8, UTF-16
or Latin-1 letters, with or without a byte-order mark (the form is RFC 4180's otherwise).
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

LIMIT = 64 * 1024 * 1024
"""Bytes of a file that is read: some 500,000 contacts."""

_WORKBOOK = b"PK\x03\x04"
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class ImportFault(Exception):
    """The file cannot be imported. `faults` has a sentence for each faulty line; nothing was changed."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = list(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, its rows with the line each begins on, and the faults of lines without a row."""

    columns: frozenset[str]
    rows: list[tuple[int, Mapping[str, str]]] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)


def read_table(path: Path, needed: Collection[str], known: Collection[str]) -> Table:
    """Read a file with a heading of column names. Raises ImportFault when nothing in it can be read."""
    text = _text(path)
    if not text.strip():
        raise ImportFault([f"{path} is empty"])
    heading = text.splitlines()[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=heading.count), strict=True)
    try:
        names = _names(next(reader), needed, known)
    except csv.Error as fault:
        raise ImportFault([f"line 1: {_plain(fault)}"]) from fault
    table = Table(frozenset(names))
    begins = reader.line_num + 1
    while True:
        try:
            cells = [cell.strip() for cell in next(reader)]
        except StopIteration:
            return table
        except csv.Error as fault:  # where the next line begins is anybody's guess
            table.faults.append((begins, _plain(fault)))
            return table
        if any(cells[len(names) :]):
            table.faults.append((begins, _too_many(len(cells), len(names), reader.dialect.delimiter)))
        elif any(cells):
            table.rows.append((begins, dict(zip(names, cells, strict=False))))
        begins = reader.line_num + 1


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(LIMIT + 1)
    except (OSError, ValueError) as fault:
        raise ImportFault([f"{path} cannot be read: {getattr(fault, 'strerror', fault)}"]) from fault
    if len(raw) > LIMIT:
        raise ImportFault([f"{path} is larger than {LIMIT // 1024 // 1024} MB: split it"])
    if raw.startswith(_WORKBOOK):
        raise ImportFault([f"{path} is a workbook: save it as CSV (UTF-8) and import that"])
    return unicodedata.normalize("NFC", _decoded(raw, path).replace("\0", ""))


def _decoded(raw: bytes, path: Path) -> str:
    mark = _MARKS.get(raw[:2])
    for encoding in (mark,) if mark else ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportFault([f"{path} is not a text file"])


def _names(heading: Sequence[str], needed: Collection[str], known: Collection[str]) -> list[str]:
    names = ["_".join(name.casefold().split()) for name in heading]
    while names and not names[-1]:
        names.pop()
    faults = []
    if missing := [name for name in needed if name not in names]:
        faults.append(f"line 1 must name the columns; {', '.join(missing)} is missing")
    if unknown := [name or "without a name" for name in names if name not in known]:
        faults.append(f"line 1: unknown column {', '.join(unknown)}: the columns are {', '.join(known)}")
    if doubled := sorted({name for name in names if name in known and names.count(name) > 1}):
        faults.append(f"line 1: column {', '.join(doubled)} is there twice")
    if faults:
        raise ImportFault(faults)
    return names


def _too_many(found: int, named: int, separator: str) -> str:
    hint = ": put several cities or topics between quotes" if separator == ";" else ""
    return f"has {found} fields, the heading has {named}{hint}"


def _plain(fault: csv.Error) -> str:
    text = str(fault)
    if "unexpected end of data" in text or "field limit" in text:
        return "a quote is opened here and never closed"
    if "expected after" in text:
        return "a quote inside a field must be written twice"
    return text
