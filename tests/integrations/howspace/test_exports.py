"""What the comments of an export become, however it sets replies below them, and that no cell lets anybody in."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bot.contracts import Defaults, Report
from integrations.howspace.exports import read_chat
from integrations.howspace.workbook import Sheet
from tests.workbooks import WHEN, workbook

LOGIN = "https://acme.in.howspace.com/login?token=AbCd1234efGh"


def read(tmp_path: Path, rows: Sequence[Sequence[Any]], merged: str = "") -> tuple[Sheet, list[Report]]:
    path = Path(workbook(tmp_path / "chat.xlsx", rows, merged))
    return read_chat(path, Defaults(language="fi"), ["*.howspace.com"])


def bodies(reports: Sequence[Report]) -> list[str]:
    return [each.details.body["fi"] for each in reports if each.details]


HEADING = ("Comment", "Author", "Reply")


@pytest.mark.parametrize(
    ("rows", "merged", "body"),
    [
        ([("Main", "Alice", "r1"), (None, None, "r2"), (None, None, "r3")], "A2:A4", "> r1\n\n> r2\n\n> r3"),
        ([("Main", "Alice", "r1"), (None, None, "r2")], "", "> r1\n\n> r2"),
        ([("Main", "Alice", "r1"), ("Main", "Alice", "r2")], "", "> r1\n\n> r2"),
        ([("Main", "Alice", "r1"), (None, "Bob", "r2")], "", "> r1\n\n> Bob: r2"),
        ([("Main", "Alice", None), ("Main", "Bob", "r1"), ("Main", "Charlie", "r2")], "",
         "> Bob: r1\n\n> Charlie: r2"),
    ],
    ids=["merged", "beside", "repeated", "own row", "repeated with its author"],
)  # fmt: skip
def test_no_reply_of_a_comment_is_lost(
    tmp_path: Path, rows: Sequence[Sequence[Any]], merged: str, body: str
) -> None:
    sheet, reports = read(tmp_path, [HEADING, *rows, ("Next", "Bob", None)], merged)
    assert bodies(reports) == [f"Main\n\n— Alice\n\n{body}", "Next\n\n— Bob"]
    assert (sheet.left_out, sheet.faults) == ([], [])


@pytest.mark.parametrize("called", ["sheet2.xml", "data.xml"])
def test_merged_cells_are_those_of_the_first_sheet_whatever_its_part_is_called(
    tmp_path: Path, called: str
) -> None:
    book = Workbook()
    chat, notes = book.worksheets[0], book.create_sheet("Notes")
    for row in (HEADING, ("First", "Alice", None), ("Second", None, None), ("Third", None, None)):
        chat.append(row)
    chat.merge_cells("B2:B3")
    notes.merge_cells("B3:B4")
    book.save(tmp_path / "whole.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "whole.xlsx") as old,
        zipfile.ZipFile(tmp_path / "chat.xlsx", "w") as new,
    ):
        for name in old.namelist():
            part, said = name, old.read(name).decode()
            for before, after in (
                ("sheet2.xml", "x"),
                ("sheet1.xml", called),
                ("sheets/x", "sheets/sheet1.xml"),
            ):
                part, said = part.replace(before, after), said.replace(before, after)
            new.writestr(part, said)
    _, reports = read_chat(tmp_path / "chat.xlsx", Defaults(language="fi"), ["*.howspace.com"])
    assert bodies(reports) == ["First\n\n— Alice", "Second\n\n— Alice", "Third"]


def test_the_same_comment_of_two_people_stays_two(tmp_path: Path) -> None:
    _, reports = read(tmp_path, [HEADING, ("Thanks!", "Alice", None), ("Thanks!", "Bob", None)])
    assert len(reports) == 2


def test_no_cell_of_a_row_lets_anybody_in(tmp_path: Path) -> None:
    rows = [
        ("Comment", "Author", "Reply", "Time"),
        ("Hello AbCd1234efGh", LOGIN, f"Use {LOGIN}", WHEN),
        ("Hello", "Bob", None, LOGIN),
    ]
    sheet, reports = read(tmp_path, rows)
    assert "Hello …" in bodies(reports)[0]
    assert "AbCd1234" not in repr((sheet.faults, sheet.left_out, reports))
