"""Sifting: how many reports a second the shipped rules judge, each with a text as long as they read."""

from __future__ import annotations

import time
from collections.abc import Iterator

from bench.figures import Figure
from bench.installation import Place
from bench.row import Row
from bot import clock
from bot.contracts import Details
from bot.intake.relevance import Sieve, load_rules
from bot.intake.relevance.judge import MOST_READ
from bot.network import load_network

REPORTS = 1_000
TITLES = (
    "Yleinen EAKR-hakukierros {number}",  # lies aside, when every group has been looked for
    "Kestävän kaupunkikehityksen haku {number}",  # reaches whom its text names
    "Tampereen ekosysteemisopimuksen haku {number}",
    "Innovaatio- ja osaamisverkostojen haku {number}",
)
SENTENCE = (
    "Tukea myönnetään yritysten ja korkeakoulujen yhteisille hankkeille; lisätietoja antaa Torikatu 3, Oulu. "
)


def measure(place: Place) -> Iterator[Figure]:
    """One process, without a database."""
    sieve, today = Sieve(load_network(), load_rules()), clock.now().date()
    body = (SENTENCE * (MOST_READ // len(SENTENCE) + 1))[:MOST_READ]
    reports = [
        Details(
            kind="call", title={"fi": TITLES[number % len(TITLES)].format(number=number)}, body={"fi": body}
        )
        for number in range(place.size(REPORTS))
    ]
    sieve.judge(reports[0], today)  # the expressions are made once in a process
    started = time.perf_counter()
    taken = sum(sieve.judge(each, today).concerns for each in reports)
    seconds = time.perf_counter() - started
    told = (
        f"{len(reports):,} reports of {MOST_READ:,} letters in {seconds:.2f} s, {taken:,} of them concern us"
    )
    yield Figure("sifting", round(len(reports) / seconds, 1), "reports/s", told)


ROW = Row("sifting", measure, timeout=120)
