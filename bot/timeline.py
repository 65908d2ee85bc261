"""Coming deadlines as a picture for mails, where neither SVG nor scripts are shown.

A line of time from today to the last deadline, with a flag on each. It is drawn at twice its size, on light
ground of its own, so that it reads the same in dark mode; the same dates stand in words beside it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from babel.dates import format_date

from bot import words
from bot.contracts import Language, Picture

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

WIDTH = 600
SHOWN = 8
LONGEST = 366
"""Days that the line can show; a later deadline is left to the list."""

_SCALE = 2
_LEFT, _RIGHT = 18, 214  # the right margin holds the flag of the last day
_SIZE = 17  # so large because a phone shows the picture at half its width
_ROW, _TOP, _FOOT = 27, 12, 46
_GROUND, _FRAME, _WEEKEND = "#fbfcfd", "#d3dae1", "#e8edf2"
_LINE, _INK, _FAINT, _MARK = "#8794a1", "#1c2733", "#56636f", "#0b5cab"
_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_DAY = {"fi": "d.M.", "sv": "d.M.", "en": "d MMM"}
# What Roboto has; a title in other letters is whole in the words beside the picture.
_LETTERS = (
    (0x20, 0x24F),
    (0x370, 0x52F),
    (0x1E00, 0x1EFF),
    (0x2010, 0x2027),
    (0x2030, 0x203A),
    (0x20AC, 0x20AC),
)


@dataclass(frozen=True, slots=True)
class _Flag:
    """A deadline's place: its day's x, the row above the line (0 lowest), and what is written there."""

    x: float
    row: int
    day: str
    title: str


def timeline(deadlines: Sequence[tuple[date, str]], today: date, language: Language) -> Picture | None:
    """The coming deadlines drawn, at most the `SHOWN` nearest; None for fewer than two that lie ahead.

    `deadlines` are days with a title each, in any order. The same content gives the same picture.
    """
    ahead = sorted({(day, " ".join(title.split())) for day, title in deadlines if day >= today})
    near = tuple(pair for pair in ahead if (pair[0] - today).days <= LONGEST)[:SHOWN]
    return _picture(near, today, language) if len(near) > 1 else None


@lru_cache(maxsize=256)
def _picture(deadlines: tuple[tuple[date, str], ...], today: date, language: Language) -> Picture:
    from PIL import Image, ImageDraw  # some megabytes that a process at rest does without

    days = max((deadlines[-1][0] - today).days, 7)
    flags = _flags(deadlines, today, days, language)
    height = _TOP + _ROW * (max(flag.row for flag in flags) + 1) + _FOOT
    image = Image.new("RGB", (WIDTH * _SCALE, height * _SCALE), _GROUND)
    pen = _Pen(ImageDraw.Draw(image))
    axis = height - _FOOT + 8
    pen.frame(height)
    _calendar(pen, today, days, axis, language)
    for flag in flags:
        _flag(pen, flag, axis)
    png = BytesIO()
    # A sixth of the time of the usual method with `optimize`, for a tenth more bytes: weekly digests draw hundreds.
    image.quantize(48, method=Image.Quantize.FASTOCTREE).save(png, "PNG", compress_level=6)
    return Picture(
        png=base64.b64encode(png.getvalue()).decode("ascii"),
        alt=_spoken(deadlines, language),
        width=WIDTH,
        height=height,
    )


def _spoken(deadlines: Sequence[tuple[date, str]], language: Language) -> str:
    told = "; ".join(
        f"{format_date(day, format='long', locale=_LOCALES[language])}: {title[:120]}"
        for day, title in deadlines
    )
    return words.gettext(language, "Coming deadlines: {list}", list=told)


def _place(day: date, today: date, days: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * (day - today).days / days


def _flags(deadlines: Sequence[tuple[date, str]], today: date, days: int, language: Language) -> list[_Flag]:
    """From the last to the first: each flag flies above those that stand where its own words would."""
    flags: list[_Flag] = []
    for day, title in reversed(deadlines):
        x = _place(day, today, days)
        said = format_date(day, _DAY[language], locale=_LOCALES[language])
        day_width = _width(said, bold=True) + 5
        shown = _fitted(title, WIDTH - x - day_width - 16)
        end = x + 6 + day_width + _width(shown) + 8
        row = max((flag.row + 1 for flag in flags if flag.x <= end), default=0)
        flags.append(_Flag(x, row, said, shown))
    return flags


def _calendar(pen: _Pen, today: date, days: int, axis: float, language: Language) -> None:
    """Weekends, weeks and the names of the months along the line."""
    step = (WIDTH - _LEFT - _RIGHT) / days
    end = _place(today + timedelta(days=days), today, days)
    for day in (today + timedelta(days=at) for at in range(days + 1)):
        x = _place(day, today, days)
        if day.weekday() >= 5 and days <= 70:
            pen.box(max(x - step / 2, _LEFT), axis - 5, min(x + step / 2, end), axis + 5, _WEEKEND)
    pen.line(_LEFT, axis, end, axis, _LINE, 1.5)
    clear = 0.0
    for day in (today + timedelta(days=at) for at in range(days + 1)):
        x = _place(day, today, days)
        if day.weekday() == 0 and days <= 200:
            pen.line(x, axis - 3, x, axis + 3, _LINE, 1)
        if day.day == 1 or day == today:
            name = format_date(day, "LLLL" if day.day == 1 else _DAY[language], locale=_LOCALES[language])
            pen.line(x, axis - 6, x, axis + 6, _LINE, 1.5)
            if x >= clear:
                pen.text(x if day == today else x - 4, axis + 9, name, _FAINT)
                clear = x + _width(name) + 14


def _flag(pen: _Pen, flag: _Flag, axis: float) -> None:
    y = axis - 11 - _ROW * (flag.row + 1)
    pen.line(flag.x, y, flag.x, axis, _MARK, 1)
    pen.dot(flag.x, axis, 4.5, _MARK)
    pen.text(flag.x + 5, y, flag.day, _MARK, bold=True)
    pen.text(flag.x + 5 + _width(flag.day, bold=True) + 5, y, flag.title, _INK)


@dataclass(frozen=True, slots=True)
class _Pen:
    """Draws in the picture's own measures; the image has `_SCALE` pixels to each."""

    on: ImageDraw.ImageDraw

    def frame(self, height: float) -> None:
        edge = (0, 0, WIDTH * _SCALE - 1, height * _SCALE - 1)
        self.on.rectangle(edge, outline=_FRAME, width=_SCALE)

    def line(self, x: float, y: float, to_x: float, to_y: float, colour: str, width: float) -> None:
        points = [each * _SCALE for each in (x, y, to_x, to_y)]
        self.on.line(points, fill=colour, width=round(width * _SCALE))

    def box(self, x: float, y: float, to_x: float, to_y: float, colour: str) -> None:
        self.on.rectangle([each * _SCALE for each in (x, y, to_x, to_y)], fill=colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        edge = [each * _SCALE for each in (x - radius, y - radius, x + radius, y + radius)]
        self.on.ellipse(edge, fill=colour, outline=_GROUND, width=_SCALE)

    def text(self, x: float, y: float, said: str, colour: str, *, bold: bool = False) -> None:
        self.on.text((x * _SCALE, y * _SCALE), said, font=_font(bold), fill=colour)


@cache
def _font(bold: bool) -> ImageFont.FreeTypeFont:
    import font_roboto
    from PIL import ImageFont

    file = font_roboto.font_files["RobotoBold" if bold else "Roboto"]
    # The plain engine: titles from outside need no shaping, and where Raqm is missing all looks the same.
    return ImageFont.truetype(file, _SIZE * _SCALE, layout_engine=ImageFont.Layout.BASIC)


def _width(said: str, *, bold: bool = False) -> float:
    return _font(bold).getlength(said) / _SCALE


def _fitted(title: str, room: float) -> str:
    """The title without letters that the font lacks, cut with an ellipsis to fit and to stay short."""
    shown = " ".join("".join(_drawable(title[:200])).split()) or "–"
    room = min(room, 330)
    if _width(shown) <= room:
        return shown
    while shown and _width(shown + "…") > room:
        shown = shown[:-1]
    return shown.rstrip(" ,.:;–-") + "…"


def _drawable(title: str) -> Iterator[str]:
    for letter in title:
        if any(first <= ord(letter) <= last for first, last in _LETTERS) and letter.isprintable():
            yield letter
