"""How Finnish, Swedish and English pages write a date: the grammar behind `integrations.dates`.

The names of months and weekdays are those of Unicode's CLDR (through Babel).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from babel import Locale

_LOCALES = [Locale("fi"), Locale("sv"), Locale("en")]
_INVISIBLE = dict.fromkeys([0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])


def _names(of: str) -> Iterator[tuple[str, int]]:
    for locale in _LOCALES:
        for forms in getattr(locale, of).values():
            for width in ("wide", "abbreviated"):
                for number, name in forms.get(width, {}).items():
                    yield name.casefold().rstrip("."), number


def _any_of(names: dict[str, int]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


_MONTHS = dict(_names("months"))
_MONTHS |= {f"{name}n": number for name, number in _MONTHS.items() if name.endswith("kuu")} | {"sept": 9}
_MONTH = f"(?i:{_any_of(_MONTHS)})"
WEEKDAY = f"(?i:{_any_of(dict(_names('days')))})"
DASH = r"[-\u2010-\u2015\u2212]"

_YEAR = r"(?:1[89]|2\d)\d\d(?!\d)"
_FREE = r"(?<!\d)(?<!\d[.,/])"  # not in the middle of a number
_ZONE = (
    r" ?\(?(?P<zone>[+-]\d{4}(?!\d)|Z\b|UTC\b|GMT\b|[A-Z]{2,3}T\b(?:/[A-Z]{2,3}T\b)?|(?i:(?:in )?brussels|suomen aika"
    r"|finsk tid|finnish time))"
)
_HOUR = r"(?:[01]?\d|2[0-4])(?!\d)"

_DAYS = [
    # ISO 8601 and RFC 3339
    re.compile(
        r"(?<!\d)(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?!\d)"
        r"(?:[T ](?P<hour>[0-2]\d):(?P<minute>[0-5]\d)(?::\d\d(?:[.,]\d+)?)? ?(?P<zone>Z|[+-]\d\d:?\d\d(?!\d))?)?"
    ),
    re.compile(rf"{_FREE}(?P<day>\d{{1,2}}) ?\. ?(?P<month>\d{{1,2}}) ?\. ?(?P<year>{_YEAR})"),
    re.compile(rf"{_FREE}(?P<day>\d{{1,2}})/(?P<month>\d{{1,2}})/(?P<year>{_YEAR})"),
    # "17.6." stands alone; "17.6" and "17.6.24" only as one end of a range
    re.compile(
        rf"{_FREE}(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})"
        r"(?:\.(?P<short>\d\d)(?![\d.:])|(?P<dot>\.(?! ?\d{4}))?(?!\d))"
    ),
    # "12. toukokuuta 2026", "den 3 mars", "12th of May, 2026"
    re.compile(
        rf"{_FREE}(?P<day>\d{{1,2}})(?:st|nd|rd|th|:e|\.)? ?(?:of )?(?P<name>{_MONTH})\b\.?(?:,? ?(?P<year>{_YEAR}))?"
    ),
    # "May 12, 2026", "toukokuun 12. päivänä 2026"
    re.compile(
        rf"\b(?P<name>{_MONTH})\b\.? (?P<day>\d{{1,2}})(?![\d:])(?:st|nd|rd|th|\. ?päiv\w*)?(?:,? ?(?P<year>{_YEAR}))?"
    ),
]  # fmt: skip
_BRACKET = r"\((?=\D|\d\d?:|\d\d?\.\d\d(?:\)| asti| saakka| mennessä))"  # "(16.12. …" is another day
_TIME = re.compile(
    rf",? ?(?:{_BRACKET})?"
    rf"(?:(?:[-–|] )?(?i:klo|kello|kl|klockan|at|@)\.? ?(?P<hour>{_HOUR})(?:[.:](?P<minute>[0-5]\d)(?!\d))?"
    rf"|(?P<hour2>{_HOUR})(?::(?P<minute2>[0-5]\d)(?!\d)|\.(?P<minute3>[0-5]\d)(?!\d|\.\d)))"
    rf"(?::[0-5]\d(?!\d))?(?: ?(?P<noon>[apAP])\.?[mM]\b)?"
    rf"(?: ?{DASH} ?{_HOUR}[.:][0-5]\d(?!\.?\d))?(?:{_ZONE})?(?: ?\))?"  # "9.00–11.00": the end is of the same day
)
_TIME_BEFORE = re.compile(
    rf"(?:\b(?i:klo|kello|kl|klockan|at|by|before)\.? |(?<!\d)(?=\d\d?:))(?P<hour>{_HOUR})(?:[.:](?P<minute>[0-5]\d))?"
    rf"(?: ?(?P<noon>[apAP])\.?[mM])?(?:{_ZONE}(?: time)?\)?)?,? ?(?:on|den)? ?(?:{WEEKDAY},? )?$"
)


@dataclass(slots=True)
class Mention:
    """A date as written, between `start` and `end`, its numbers unchecked. `loose` is one only in a range."""

    start: int
    end: int
    day: int
    month: int
    year: int | None = None
    hour: int | None = None
    minute: int = 0
    zone: str = ""
    loose: bool = False


def plain(text: str) -> str:
    """In one Unicode form, single blanks instead of any others, nothing invisible."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).split())


def mentions(text: str) -> list[Mention]:
    """All dates written in a text that `plain` made, in order."""
    found = [match for pattern in _DAYS for match in pattern.finditer(text)]
    result: list[Mention] = []
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        behind = result[-1].end if result else 0
        if match.start() >= behind:
            result.append(_mention(match, text, behind))
    return result


def _mention(match: re.Match[str], text: str, behind: int) -> Mention:
    said = match.groupdict()
    month = _MONTHS[said["name"].casefold()] if said.get("name") else int(said["month"])
    short = said.get("short")
    year = int(said.get("year") or 0) or (2000 + int(short) if short else None)
    mention = Mention(match.start(), match.end(), int(said["day"]), month, year)
    mention.loose = "short" in said and not said["dot"]
    if said.get("hour"):
        _put_time(mention, said)
    elif time := _TIME.match(text, match.end()):
        mention.end = time.end()
        _put_time(mention, time.groupdict())
    elif time := _TIME_BEFORE.search(text[max(behind, match.start() - 60) : match.start()]):
        _put_time(mention, time.groupdict())
    return mention


def _put_time(mention: Mention, said: dict[str, str | None]) -> None:
    hour = int(said["hour"] or said.get("hour2") or 0)
    noon = (said.get("noon") or "").lower()
    mention.hour = hour % 12 + (12 if noon == "p" else 0) if noon and hour <= 12 else hour
    mention.minute = int(said["minute"] or said.get("minute2") or said.get("minute3") or 0)
    mention.zone = said.get("zone") or ""
