"""Who was told of an item, as a PDF for the funder's file: a page that prints, with every letter of our languages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from typing import cast

import font_roboto
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

MOST = 2_000
"""Rows in one file; the CSV has them all."""

WIDTHS = (28, 42, 56, 12, 14, 22, 19, 50, 34)
"""Millimetres of the columns on an A4 page on its side: 277 altogether."""

_LINE, _SMALL, _BODY = 5.0, 7.5, 9.0
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class Paper(FPDF):
    """An A4 page on its side with a heading on every page and its number below."""

    def __init__(self, title: str, made: str) -> None:
        super().__init__(orientation="landscape", format="A4")
        self._made = made
        for style, name in (("", "Roboto"), ("B", "RobotoBold")):
            self.add_font("roboto", style, font_roboto.font_files[name])
        roman = cast(TTFFont, self.fonts["roboto"])
        self._known = set(roman.cmap)
        self._cut: dict[tuple[str, float], str] = {}
        self.set_title(self.printable(title))
        self.set_creator("Silta")
        self.set_margins(10, 10)
        self.set_draw_color(205)
        self.set_auto_page_break(True, 14)
        self.add_page()

    def footer(self) -> None:
        """The page's number, and when this was made."""
        self.set_y(-11)
        self._write(_SMALL, self._made)
        self.set_y(-11)
        self.set_font("roboto", "", _SMALL)
        self.cell(0, _LINE, f"{self.page_no()} / {{nb}}", align="R")

    def line_of(self, text: str, size: float = _BODY, style: str = "") -> None:
        """A paragraph over the whole width."""
        self.set_font("roboto", style, size)
        self.multi_cell(0, size * 0.55, self.printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def row(self, cells: Sequence[str], style: str = "") -> None:
        """A row of the table; what is too long for its column is cut."""
        self.set_font("roboto", style, _SMALL)
        for width, text in zip(WIDTHS, cells, strict=True):
            if (text, width) not in self._cut or style:
                self._cut[text, width] = self._fitting(self.printable(text), width - 2)
            self.cell(width, _LINE, self._cut[text, width], border="B")
        self.ln(_LINE)

    def printable(self, text: str) -> str:
        """One line; what the font lacks is shown as a question mark, what cannot be seen is left out."""
        line = " ".join(_UNPRINTABLE.sub(" ", text).split())
        return "".join(each if ord(each) in self._known else "?" for each in line)

    def _fitting(self, text: str, width: float) -> str:
        if self.get_string_width(text) <= width:
            return text
        text = text[:200]
        while text and self.get_string_width(f"{text}…") > width:
            text = text[:-1]
        return f"{text}…"

    def _write(self, size: float, text: str) -> None:
        self.set_font("roboto", "", size)
        self.cell(0, _LINE, self.printable(text))


def paper(
    title: str,
    made: str,
    facts: Iterable[tuple[str, str]],
    totals: Sequence[str],
    answers: Iterable[tuple[str, str]],
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
) -> bytes:
    """The PDF: what it is about, the totals, each city's answer, and a row for each recipient."""
    made_of = Paper(title, made)
    made_of.line_of(title, 15, "B")
    made_of.ln(2)
    for label, value in facts:
        made_of.line_of(f"{label}: {value}")
    made_of.ln(2)
    for said in totals:
        made_of.line_of(said, 10.5, "B")
    for city, answer in answers:
        made_of.line_of(f"{city}: {answer}")
    made_of.ln(3)
    head = partial(made_of.row, heads, "B")
    head()
    page = made_of.page
    for row in rows:
        if made_of.will_page_break(_LINE):
            made_of.add_page()
        if made_of.page != page:
            page = made_of.page
            head()
        made_of.row(row)
    return bytes(made_of.output())
