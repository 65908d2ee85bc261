"""The dates that real pages carry, and what each means. `python -m tests.integrations.dates_table` prints them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from bot.clock import When
from integrations import dates

TODAY = date(2026, 5, 1)


class Case(NamedTuple):
    """A text, all its dates, and its span as "opens/closes" ("" for none; UTC where there is a time)."""

    text: str
    moments: str
    span: str = ""


CASES = [
    # Ranges, with the dashes, blanks and missing years of funders' pages.
    Case("17.6.–30.8.2024", "2024-06-17 2024-08-30", "2024-06-17/2024-08-30"),
    Case("2.5.‒12.6. 2024", "2024-05-02 2024-06-12", "2024-05-02/2024-06-12"),
    Case("3.2.–7.3.2025", "2025-02-03 2025-03-07", "2025-02-03/2025-03-07"),
    Case("30.6.-15.12.2023", "2023-06-30 2023-12-15", "2023-06-30/2023-12-15"),
    Case("Call 2.6.-30.9.2025", "2025-06-02 2025-09-30", "2025-06-02/2025-09-30"),
    Case("1.12.-15.1.2026", "2025-12-01 2026-01-15", "2025-12-01/2026-01-15"),
    Case("1.12.2025-15.1.", "2025-12-01 2026-01-15", "2025-12-01/2026-01-15"),
    Case("2.4.-6.5.", "2026-04-02 2026-05-06", "2026-04-02/2026-05-06"),
    Case("30.11.-15.1.", "2025-11-30 2026-01-15", "2025-11-30/2026-01-15"),
    Case("2.4.\u00a0\u2212 6.5.2026", "2026-04-02 2026-05-06", "2026-04-02/2026-05-06"),
    Case("2.–6.5.2026", "2026-05-02 2026-05-06", "2026-05-02/2026-05-06"),
    Case("3–5 March 2026", "2026-03-03 2026-03-05", "2026-03-03/2026-03-05"),
    Case("1.5.24-15.6.24", "2024-05-01 2024-06-15", "2024-05-01/2024-06-15"),
    Case("ma 1.6. – pe 5.6.2026", "2026-06-01 2026-06-05", "2026-06-01/2026-06-05"),
    Case("1.1.2021–31.12.2030", "2021-01-01 2030-12-31", "2021-01-01/2030-12-31"),
    Case(
        "1.5.2026 klo 9.00 – 30.6.2026 klo 16.15",
        "2026-05-01T06:00Z 2026-06-30T13:15Z",
        "2026-05-01T06:00Z/2026-06-30T13:15Z",
    ),
    Case("1 May to 30 June 2026", "2026-05-01 2026-06-30", "2026-05-01/2026-06-30"),
    Case("between 1 May and 30 June 2026", "2026-05-01 2026-06-30", "2026-05-01/2026-06-30"),
    Case("1.5. ja 30.6.2026 välisenä aikana", "2026-05-01 2026-06-30", "2026-05-01/2026-06-30"),
    Case("1 maj till och med 30 juni 2026", "2026-05-01 2026-06-30", "2026-05-01/2026-06-30"),
    Case(
        "Haku on avoinna 1.12.2026–31.1.2027 (klo 16.15)",
        "2026-12-01 2027-01-31T14:15Z",
        "2026-12-01/2027-01-31T14:15Z",
    ),
    Case(
        "1.12.2026 (klo 8) – 31.1.2027 (klo 16.15) mennessä",
        "2026-12-01T06:00Z 2027-01-31T14:15Z",
        "2026-12-01T06:00Z/2027-01-31T14:15Z",
    ),
    Case("Sista ansökningsdag 31.1.2027 (kl. 16.15)", "2027-01-31T14:15Z", "/2027-01-31T14:15Z"),
    Case("Deadline 31.1.2027 (17:00 Brussels time)", "2027-01-31T16:00Z", "/2027-01-31T16:00Z"),
    Case("Määräaika 31.1.2027 (16.15 mennessä)", "2027-01-31T14:15Z", "/2027-01-31T14:15Z"),
    Case("Määräaika 31.1.2027 (16.12. vanhoille)", "2027-01-31 2025-12-16", "/2027-01-31"),
    Case("Määräaika 31.1.2027 (14.2.2027 uusille)", "2027-01-31 2027-02-14", "/2027-01-31"),
    # One end, called by a word.
    Case("16.6.2023 saakka", "2023-06-16", "/2023-06-16"),
    Case("Haku on auki 15.1.2027 klo 16.15 asti", "2027-01-15T14:15Z", "/2027-01-15T14:15Z"),
    Case("30.9.2025 mennessä", "2025-09-30", "/2025-09-30"),
    Case("till och med den 5 maj 2026", "2026-05-05", "/2026-05-05"),
    Case("senast 5.5.2026 kl. 16.15", "2026-05-05T13:15Z", "/2026-05-05T13:15Z"),
    Case("open until 5 May", "2026-05-05", "/2026-05-05"),
    Case("1.5.2026 alkaen", "2026-05-01", "2026-05-01/"),
    Case("Haku avautuu 1.5.2026 ja päättyy 30.6.2026", "2026-05-01 2026-06-30", "2026-05-01/2026-06-30"),
    Case("Päättyy 30.6.2026, alkaa 1.5.2026", "2026-06-30 2026-05-01", "2026-05-01/2026-06-30"),
    Case(
        "Opening 01.02.2026 Deadline 03.05.2026 17:00",
        "2026-02-01 2026-05-03T14:00Z",
        "2026-02-01/2026-05-03T14:00Z",
    ),
    Case("–30.9.2026", "2026-09-30", "/2026-09-30"),
    Case("1.5.2026–", "2026-05-01", "2026-05-01/"),
    # Single dates, in three languages.
    Case("12. toukokuuta", "2026-05-12"),
    Case("toukokuun 12. päivänä 2026", "2026-05-12"),
    Case("3 mars 2026", "2026-03-03"),
    Case("May 12, 2026", "2026-05-12"),
    Case("12th of May 2026", "2026-05-12"),
    Case("28.12.", "2025-12-28"),
    Case("12/05/2026", "2026-05-12"),
    Case("2026-05-12", "2026-05-12"),
    Case("2026-05-05T10:00:00Z", "2026-05-05T10:00Z"),
    Case("2026-05-05T10:00+03:00", "2026-05-05T07:00Z"),
    Case("2030-12-01T17:00:00.000+0000", "2030-12-01T17:00Z"),
    Case("Tue, 12 May 2026 10:00:00 +0300", "2026-05-12T07:00Z"),
    Case("3 March 2026 at 17:00 CET", "2026-03-03T16:00Z"),
    Case("13 July 2026, 13:00 CET", "2026-07-13T11:00Z"),
    Case("17:00 (Brussels time) on 22 September 2027", "2027-09-22T15:00Z"),
    Case("12.5.2026 klo 9.00–11.00", "2026-05-12T06:00Z"),
    Case("12.5.2026 at 5 pm", "2026-05-12T14:00Z"),
    Case("31.12.2026 klo 24.00", "2026-12-31T22:00Z"),
    Case("12.5.2026 17:00 PST", "2026-05-12"),  # an hour of a zone that we do not know is no hour
    Case(
        "Utgivningsdatum 12.5.2022 13.38 | Publicerad på svenska 17.5.2022 kl. 8.42",
        "2022-05-12T10:38Z 2022-05-17T05:42Z",
    ),
    # No dates.
    Case("", ""),
    Case("31.2.2026", ""),
    Case("31.2.–5.3.2026", "2026-03-05"),
    Case("29.2.", ""),
    Case("29.3.2026 klo 3.30", "2026-03-29"),  # summer time skips this hour, not this day
    Case("Haku päättyy 28.3.2027 klo 3.30", "2027-03-28", "/2027-03-28"),
    Case("12.5.1985", ""),
    Case("12.5.2075", ""),
    Case("0.0.2026", ""),
    Case("9.9.9999", ""),
    Case("versio 1.2.10, kohta 3.2, klo 9.00-11.00, 16.15", ""),
    Case("toukokuu 2026", ""),
    Case("5.6.2026–1.5.2026", "2026-06-05 2026-05-01"),  # ends before it begins
    Case("Lisätietoja 040 123 4567, 1.500,50 euroa", ""),
]


def spoken(text: str) -> tuple[str, str]:
    """What the parser makes of a text, as `Case` writes it."""
    found = dates.span(text, today=TODAY)
    ends = [found.opens, found.closes] if found else []
    return " ".join(map(_short, dates.moments(text, today=TODAY))), "/".join(map(_short, ends))


def _short(when: When | None) -> str:
    return when.isoformat().replace(":00+00:00", "Z") if when else ""


if __name__ == "__main__":
    for case in CASES:
        moments, span = spoken(case.text)
        print(f"{case.text[:52]:<54}{moments[:44]:<46}{span}")
