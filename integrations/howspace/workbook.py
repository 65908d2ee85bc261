"""An exported workbook (.xlsx): the heading wherever it stands, its columns by their names, and rows of plain values.

Howspace documents that it exports to Excel, not under which headings: names are matched in Finnish, Swedish and
English, without regard to case, accents, blanks and order. Cells are values, never formulas.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.packaging.relationship import get_dependents, get_rels_path
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.utils.exceptions import InvalidFileException

FILE_LIMIT = 64 * 1024 * 1024
UNPACKED_LIMIT = 256 * 1024 * 1024
SENT_LIMIT = 48 * 1024 * 1024
"""What a file that is sent to a page may unpack to: it is read while somebody waits."""

ROW_LIMIT = 100_000
COLUMN_LIMIT = 200
HEADING_WITHIN = 30
"""Rows among which the heading must stand."""

_BOOK = "xl/workbook.xml"
_MERGED = re.compile(rb'<mergeCell\s+ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_ERRORS = frozenset({"#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NULL!", "#NUM!"})


class WorkbookFault(Exception):
    """The file cannot be read; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet holds: `columns` maps a field to its letter and heading; rows are numbered as Excel does.

    `faults` are of single cells, by their name ("C17: …"); `indents` how far a row's first text is indented;
    `left_out` says of rows that nothing is made of why.
    """

    columns: Mapping[str, tuple[str, str]]
    unknown: Sequence[str]
    rows: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    indents: dict[int, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def folded(text: object) -> str:
    """A heading as it is compared: small letters and digits only, without accents."""
    plain = unicodedata.normalize("NFKD", str(text or "")).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def read_sheet(
    file: Path | BinaryIO, headings: Mapping[str, Collection[str]], needed: Sequence[Collection[str]]
) -> Sheet:
    """Read the first sheet. `needed` are sets of fields of which one each must be there. Raises WorkbookFault."""
    _check(file)
    path = _called(file)
    try:
        merged = _merged(file)
        values = load_workbook(file, read_only=True, data_only=True)
        written = load_workbook(file, read_only=True)
        try:
            shown, formulas = (book.worksheets[0] for book in (values, written))
            shown.reset_dimensions()
            formulas.reset_dimensions()
            pairs = zip_longest(
                shown.iter_rows(max_col=COLUMN_LIMIT), formulas.iter_rows(max_col=COLUMN_LIMIT)
            )
            return _read(pairs, merged, headings, needed)
        finally:
            values.close()
            written.close()
    except (InvalidFileException, zipfile.BadZipFile, DefusedXmlException, ParseError, KeyError) as fault:
        raise WorkbookFault(f"{path} is a broken workbook: open it in Excel and save it again") from fault
    except (ValueError, TypeError, IndexError, OSError, EOFError) as fault:
        said = f"{path} cannot be read as a workbook: open it in Excel and save it again"
        raise WorkbookFault(f"{said} ({type(fault).__name__})") from fault


def _called(file: Path | BinaryIO) -> str:
    return str(file) if isinstance(file, Path) else "the file"


def _check(file: Path | BinaryIO) -> None:
    """Whether a file is a workbook of a sane size. Raises WorkbookFault."""
    path, limit = _called(file), UNPACKED_LIMIT if isinstance(file, Path) else SENT_LIMIT
    try:
        if isinstance(file, Path) and file.stat().st_size > FILE_LIMIT:
            raise WorkbookFault(f"{path} is larger than {FILE_LIMIT // 1024 // 1024} MB: split it")
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
            if len(infos) > 2_000 or sum(info.file_size for info in infos) > limit:
                raise WorkbookFault(f"{path} unpacks to more than {limit // 1024 // 1024} MB: split it")
            if _BOOK not in {info.filename for info in infos}:
                raise WorkbookFault(f"{path} is no workbook: export it as Excel (.xlsx) again")
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as fault:
        raise WorkbookFault(f"{path} is no workbook: export it as Excel (.xlsx) again") from fault
    except OSError as fault:
        raise WorkbookFault(f"{path} cannot be read: {fault.strerror or fault}") from fault


def _merged(file: Path | BinaryIO) -> Sequence[tuple[int, int, int, int]]:
    """The merged ranges of the first sheet (columns and rows, from 1), whose part may be called anyhow."""
    with zipfile.ZipFile(file) as archive:
        parts = {each.Id: each for each in get_dependents(archive, get_rels_path(_BOOK))}
        for sheet in fromstring(archive.read(_BOOK)).findall(".//{*}sheet"):
            part = parts.get(next((value for name, value in sheet.items() if name.endswith("}id")), ""))
            if part is not None and part.Type.endswith("/worksheet") and part.target in archive.namelist():
                raw = archive.read(part.target)
                return [
                    range_boundaries(found[1].decode()) for found in islice(_MERGED.finditer(raw), 10_000)
                ]
    return []


def _read(
    pairs: Iterator[tuple[Any, Any]],
    merged: Sequence[tuple[int, int, int, int]],
    headings: Mapping[str, Collection[str]],
    needed: Sequence[Collection[str]],
) -> Sheet:
    tried: list[str] = []
    for number, (shown, _) in islice(enumerate(pairs, 1), HEADING_WITHIN):
        cells = [cell.value for cell in shown or ()]
        found = _columns(cells, headings)
        if all(any(each in found.values() for each in group) for group in needed):
            columns = {name: (get_column_letter(at + 1), str(cells[at])) for at, name in found.items()}
            unknown = [str(cell) for at, cell in enumerate(cells) if cell is not None and at not in found]
            return _filled(Sheet(columns, unknown), found, merged, pairs, number)
        tried += [str(cell) for cell in cells if cell is not None]
    wanted = "; ".join(" or ".join(group) for group in needed)
    raise WorkbookFault(f"no row names the columns ({wanted}); it begins with: {', '.join(tried[:12])[:300]}")


def _filled(
    sheet: Sheet,
    places: Mapping[int, str],
    merged: Sequence[tuple[int, int, int, int]],
    pairs: Iterator[tuple[Any, Any]],
    heading: int,
) -> Sheet:
    """The sheet with its rows. A cell that is merged with those above it holds what they hold."""
    joined = {
        (row, left)
        for left, first, _, last in merged
        for row in range(first + 1, min(last, first + ROW_LIMIT) + 1)
    }
    above: dict[int, Any] = {}
    for number, (shown, formulas) in enumerate(pairs, heading + 1):
        if number > ROW_LIMIT + heading:
            raise WorkbookFault(f"it has more than {ROW_LIMIT:,} rows: split it")
        row: dict[str, Any] = {}
        for at, name in places.items():
            cell = shown[at] if shown and at < len(shown) else None
            value = cell.value if cell is not None else None
            written = formulas[at].value if formulas and at < len(formulas) else None
            if value is None and (number, at + 1) in joined:
                value = above.get(at)
            above[at] = value
            where = f"{get_column_letter(at + 1)}{number}"
            if value is None and isinstance(written, str) and written.startswith("="):
                sheet.faults.append(f"{where}: a formula without a value: open the file in Excel and save it")
            elif isinstance(value, str) and value in _ERRORS:
                sheet.faults.append(f"{where}: holds the error {value}")
            elif value is not None and str(value).strip():
                row[name] = value
                if name == "text" and (indent := getattr(getattr(cell, "alignment", None), "indent", 0)):
                    sheet.indents[number] = int(indent)
        if row:
            sheet.rows.append((number, row))
    return sheet


def _columns(cells: Sequence[Any], headings: Mapping[str, Collection[str]]) -> dict[int, str]:
    """Which column is which field; the first of two with the same name."""
    known = {folded(called): name for name, names in headings.items() for called in names}
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        name = known.get(folded(cell)) if isinstance(cell, str) else None
        if name and name not in found.values():
            found[at] = name
    return found
