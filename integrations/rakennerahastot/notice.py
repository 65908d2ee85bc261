"""One notice page: what it is, and what of dates and money its prose states beyond doubt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from bot.clock import When
from bot.contracts import Language, SourceFault
from integrations import dates, pages
from integrations.articles import today
from integrations.dates import Span
from integrations.http import Page
from integrations.money import euros

CARD: Final = re.compile(r"/(?:(sv|en|fi)/)?-/([^/?#]{1,300})/?")
"""The path of a notice: its language, Finnish where none stands there, and its slug."""

_CONTENT = (".journal-content-article", "article", "main", "#content", "body")
_STAMP = re.compile(
    r"(Julkaisuajankohta|Julkaistu|Utgivningsdatum|Publicerad(?: på svenska)?)\W{0,3}\d{1,2}\.\d{1,2}\.\d{4}"
    r"(\s+(klo|kl\.)?\s*\d{1,2}[.:]\d{2})?",
    re.IGNORECASE,
)
_OPEN_TAG = re.compile(r"\b(haku on avoinna|ansökningsomgången är öppen|ansökan är öppen)\b", re.IGNORECASE)
_CALL = re.compile(r"haku\b|haun\b|hakukierros|haussa\b|ansökan|ansökning|utlysning|\bcall\b", re.IGNORECASE)
_OVER = re.compile(r"päättynyt|päättyi\b|sulkeutunut|avslutad|avslutats|har stängt|has closed", re.IGNORECASE)
_FUND = re.compile(r"\b(EAKR|ESR\+|ESR|JTF|ERUF|ESF\+|FRO|ERDF)(?![\w+])")
_FUNDS = {"ERUF": "EAKR", "ERDF": "EAKR", "ESF+": "ESR+", "FRO": "JTF"}

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-ZÅÄÖ])|\n+")
_TO_SHARE = re.compile(
    r"käytettäviss|käytettävänä|jaossa|jaetaan|haettaviss|haettavana|myöntövaltuu|till förfogande|disponib|delas ut"
    r"|att (?:söka|fördela)",
    re.IGNORECASE,
)
_APIECE = re.compile(r"hankkeelle|per hanke|hanketta kohden|per projekt|för ett projekt", re.IGNORECASE)
_SHARE = re.compile(
    r"(?:enintään|korkeintaan|högst|maximalt)\s+(\d{1,3})\s*(?:%|prosent\w*|procent\w*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One page in one language. `span` is when a call opens and closes, as far as it says."""

    url: str
    language: Language
    title: str
    body: str
    published: When | None = None
    of_call: bool = False
    open_now: bool = False
    span: Span | None = None
    fund: str | None = None
    amount: float | None = None
    share: float | None = None
    councils: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


def language_of(url: str) -> Language:
    """The language of a notice, by its address."""
    said = CARD.fullmatch(urlsplit(url).path)
    return "sv" if said and said[1] == "sv" else "en" if said and said[1] == "en" else "fi"


def read_notice(page: Page, url: str, councils: Mapping[str, tuple[str, ...]]) -> Notice:
    """A notice as its page has it. Raises SourceFault when the page has no title, or is none."""
    tree = pages.document(page)
    content = _content(tree)
    heading = next(iter(content.xpath(".//h1")), None)
    if heading is None:
        heading = next(iter(tree.xpath("//h1")), None)
    title = pages.text(heading, 500) if heading is not None else ""
    if not title:
        raise SourceFault("the notice has no title", kind="structure")
    everything = pages.text(tree)
    stamp = _STAMP.search(everything)
    published = dates.moment(stamp[0], today=today()) if stamp else None
    said = _STAMP.sub(" ", pages.text(content))
    over = bool(_OVER.search(title))
    open_now = not over and bool(_OPEN_TAG.search(everything))
    # The year that a range leaves out is the one in which it was written.
    span = dates.span(said, today=published.begins().date() if published else today())
    of_call = open_now or bool(not over and _CALL.search(title) and span and span.closes)
    return Notice(
        url=url,
        language=language_of(url),
        title=title,
        body=pages.markdown(content, page.url),
        published=published,
        of_call=of_call,
        open_now=open_now,
        span=span if of_call else None,
        fund=_fund(f"{title} {said}") if of_call else None,
        amount=_only(_amounts(said)) if of_call else None,
        share=_only(_shares(said)) if of_call else None,
        councils=_named(said, councils) if of_call else (),
        versions=pages.versions(tree, page.url),
    )


def _content(tree: HtmlElement) -> HtmlElement:
    return next(found[0] for selector in _CONTENT if (found := pages.find(tree, selector)))


def _fund(said: str) -> str | None:
    found = _FUND.search(said)
    return _FUNDS.get(found[1], found[1]) if found else None


def _named(said: str, councils: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The council, when the text names a single one: of several, none is said to be the one that pays."""
    found = {
        slug for slug, names in councils.items() if any(name.casefold() in said.casefold() for name in names)
    }
    return tuple(found) if len(found) == 1 else ()


def _amounts(said: str) -> Iterator[float]:
    """What all projects share, in euros: sums in sentences that say so, and not of what one project gets."""
    for sentence in _SENTENCE.split(said):
        if _TO_SHARE.search(sentence) and not _APIECE.search(sentence):
            yield from euros(sentence)


def _shares(said: str) -> Iterator[float]:
    for number in _SHARE.findall(said):
        if 0 < int(number) <= 100:
            yield float(number)


def _only(values: Iterator[float]) -> float | None:
    """The value that all agree on: where a text states several, none is the call's."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
