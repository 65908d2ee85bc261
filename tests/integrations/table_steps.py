"""What the sites of the table answer, one after the other, and what is expected of each."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Generic, TypeVar

from tests.fakes.call_sites import Response
from tests.fakes.partner import piece
from tests.fakes.rakennerahastot import HTML
from tests.fakes.veil import Spoil
from tests.integrations import sites
from tests.integrations.eura import test_eura as eura
from tests.integrations.haeavustuksia import test_haeavustuksia as haeavustuksia
from tests.integrations.page_sources import CAPTCHA, COOKIES
from tests.integrations.sedia import test_sedia as sedia
from tests.integrations.sites import Site
from tests.integrations.wordpress.test_source import post

Where = TypeVar("Where")


@dataclass(frozen=True)
class Step(Generic[Where]):
    """One thing that happens at a place, what is counted of it, and words of the reason for what is refused."""

    name: str
    act: Callable[[Where], Any]
    figures: str = ""
    reason: str = ""


Steps = Sequence[Step[Site]]


def shown(**values: Any) -> Callable[[Site], None]:
    """Let a site show something else: attributes of the fake, from then on."""

    def change(site: Site) -> None:
        for name, value in values.items():
            setattr(site.fake, name, value)

    return change


def served(path: str, body: str | bytes, content_type: str) -> Callable[[Site], None]:
    return lambda site: site.fake.serve(path, body, content_type)


def spoiled(spoil: Spoil | None) -> Callable[[Site], None]:
    def change(site: Site) -> None:
        site.veil.spoil = spoil

    return change


def _instead(body: str) -> Spoil:
    return lambda _: Response(200, body.encode(), HTML)


def as_it_was(_: Any) -> None:
    """Nothing happens."""


_PACKED: Final = gzip.compress(b" " * 35_000_000)
_AWAY: Final = "^(private: |unreachable: the server sends us on|other: the (instance|workspace) sends us on)"

BROKEN: Final[Steps] = [
    Step(
        "half an answer", spoiled(lambda it: replace(it, body=it.body[: len(it.body) // 2])),
        "", "^(structure|not_content): ",
    ),
    Step("a captcha", spoiled(_instead(CAPTCHA)), "", "^not_content: "),
    Step("a cookie wall", spoiled(_instead(COOKIES)), "", "^not_content: "),
    Step(
        "a bomb of gzip", spoiled(lambda _: Response(body=_PACKED, headers={"Content-Encoding": "gzip"})),
        "", "^too_large: ",
    ),
    Step("a private address", spoiled(lambda _: Response(302, headers={"Location": "http://127.0.0.1:9/"})), "", _AWAY),
    Step("out of service", spoiled(lambda _: Response(503)), "", "^unreachable: "),
    Step("well again", spoiled(None)),
]  # fmt: skip
"""What befalls every site in the end."""

RSS_BROKEN: Final[Steps] = [
    replace(BROKEN[0], figures="1 unchanged, 1 refused", reason="entries behind that may be missing"),
    *BROKEN[1:-1],
    replace(BROKEN[-1], figures="2 unchanged"),
]
"""Of half a feed of RSS the whole entries are read."""

OTHER: Final = eura.row(otsikko="Toinen nimi")
OLD: Final = eura.row("old", hakutunnus="OLD-1", hakuaika={"alku": "2026-06-01", "loppu": "1926-09-30"})
OLD_GRANT: Final = {
    **haeavustuksia.CITIES, "hakuasianAsianumero": "old", "hakuPaattyyDateTimeUtc": "1926-12-31T21:59:00Z"
}  # fmt: skip
A: Final = sites.feed_item("a", sites.TITLE, identifier=sites.NUMBER, cities=["lahti"])
B: Final = sites.feed_item("b", "Toinen työ", cities=["lahti"])
FIRST, SECOND = (sites.EURA_PAGE, sites.TITLE), ("/toinen", "Toinen työ – haku")
TO_COME: Final = sites.event("a", "Työpaja – Lahti", "20261201")
DAILY: Final = sites.event("b", "Klinikka", "20261208").replace(
    "T080000Z", "T080000Z\r\nRRULE:FREQ=DAILY;COUNT=10000"
)


def _eura(*rows: Any, **more: Any) -> Callable[[Site], None]:
    return shown(data=eura.data(OTHER, sites.EURA_CALL, *rows), **more)


def _news(text: str) -> Callable[[Site], None]:
    stamp = "Julkaisuajankohta 18.11.2026 7.00"
    return lambda site: site.fake.notice("uutinen", "Rahastojen työ – uutinen", text, stamp=stamp, tag="")


def _new_notice(site: Site) -> None:
    site.fake.notice("toinen", "Toinen uutinen", sites.MORE, tag="")
    site.fake.cards("/hakuajat", "/-/haku-lahti", "/-/uutinen", "/-/toinen")


def _grants(*rows: Any) -> Callable[[Site], None]:
    return shown(rows=list(rows))


def _topics(*rows: Any) -> Callable[[Site], None]:
    return shown(results=list(rows), broken=None)


def _feed(*items: Any) -> Callable[[Site], None]:
    return served("/feed", sites.feed(*items), "application/feed+json")


def _rss(document: str) -> Callable[[Site], None]:
    return served("/feed", document, "application/rss+xml; charset=utf-8")


def _posts(document: str) -> Callable[[Site], None]:
    return served("/wp-json/wp/v2/posts", document, "application/json")


def _list(*items: tuple[str, str]) -> Callable[[Site], None]:
    return served("/lista", sites.listed(*items), HTML)


def _page(content: str) -> Callable[[Site], None]:
    return served("/rahoitus", sites.page(content), HTML)


def _events(*events: str) -> Callable[[Site], None]:
    return served("/a.ics", sites.calendar(*events), "text/calendar")


STEPS: Final[Mapping[str, Steps]] = {
    "eura": [
        Step("sound: two calls", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step("another title", _eura(), "1 changed"),
        Step("a new call", _eura(eura.row("new", hakutunnus="NEW-1")), "1 new"),
        Step("a call that closes in 1926", _eura(OLD), "1 new, 1 refused", "closing '1926-09-30' was left out"),
        Step("a row without a title", _eura(eura.row("bad", otsikko="")), "1 refused", "otsikko: it is empty"),
        Step(
            "another name of the script",
            _eura(eura.row("more", hakutunnus="MORE-1"), block="<script type='x/y'>{}</script>"),
            "1 new",
        ),
        Step("only links", shown(data=None, anchors=eura.ANCHOR + "x" * 500), "", "^structure: .*only titles"),
        Step("neither data nor links", shown(anchors="<h1>Haku</h1>" + "x" * 500), "", "^structure: "),
        Step("no call at all", shown(data=eura.data()), "", "^empty: "),
        Step("as it was", _eura()),
        *BROKEN,
    ],
    "rakennerahastot": [
        Step("sound: a call and news", as_it_was, "1 new, 1 joined"),
        Step("the same", as_it_was),
        Step("another text", _news(sites.MORE + "<p>Lisää.</p>"), "1 changed"),
        Step("a new notice", _new_notice, "1 new"),
        Step("a notice that is gone", lambda it: it.fake.raise_status("/-/toinen", 404), "1 refused", "HTTP 404"),
        Step("no cards", lambda site: site.fake.cards("/hakuajat"), "", "^empty: .* there were 3 notices before"),
        Step("as it was", _new_notice),
        *BROKEN,
    ],
    "haeavustuksia": [
        Step("sound: two calls", as_it_was, "1 new, 1 joined"),
        Step("the same in another order", lambda site: site.fake.rows.reverse()),
        Step(
            "another name", _grants(haeavustuksia.ROADS | {"nimi": {"fi": "Tiet"}}, sites.GRANT),
            "1 changed, 1 unchanged",
        ),
        Step(
            "a row without a name", _grants(haeavustuksia.ROADS, sites.GRANT | {"nimi": None}),
            "1 changed, 1 refused", "nimi: it has no name",
        ),
        Step(
            "a call that closes in 1926", _grants(haeavustuksia.ROADS, sites.GRANT, OLD_GRANT),
            "1 new, 2 unchanged, 1 refused", "'1926-12-31T21:59:00Z' was left out",
        ),
        Step("no rows", _grants(), "", "^empty: .* 3 stood there before"),
        Step("as it was", _grants(haeavustuksia.ROADS, sites.GRANT), "2 unchanged"),
        *BROKEN,
    ],
    "sedia": [
        Step("sound: a topic", as_it_was, "1 new"),
        Step("the same", as_it_was),
        Step("a deadline that moved", _topics(sedia.row(deadlineDate="2027-10-01T15:00:00.000+0000")), "1 changed"),
        Step(
            "a title that is a number", _topics(sedia.row(), sedia.row("BAD", title=5)),
            "1 changed, 1 refused", "'BADen'.* title",
        ),
        Step(
            "the filters ignored", shown(broken=Response.of({"totalResults": 642_000, "results": [{}]})),
            "", "^options: ",
        ),
        Step("hits and no rows", shown(broken=Response.of({"totalResults": 12, "results": []})), "", "^structure: "),
        Step("as it was", _topics(sedia.row())),
        *BROKEN,
    ],
    "feed": [
        Step("sound: two calls", as_it_was, "1 new, 1 joined"),
        Step("the same", as_it_was),
        Step("another title", _feed(A, B | {"title": "Kolmas työ"}), "1 changed, 1 unchanged"),
        Step(
            "Windows-1252", served("/feed", sites.feed(A, B).encode("cp1252"), "application/json"),
            "1 changed, 1 unchanged",
        ),
        Step("an entry without a title", _feed(A, B, {"id": "c"}), "2 unchanged, 1 refused", "'c' was left out"),
        Step(
            "a call that closes in 1926", _feed(A, B, sites.feed_item("d", "Vanha", closes_at="1926-01-31")),
            "1 new, 2 unchanged, 1 refused", "closes_at was left out: cannot be right",
        ),
        Step("no entries", _feed(), "", "^empty: .* had 3 entries before"),
        Step("as it was", _feed(A, B), "2 unchanged"),
        *BROKEN,
    ],
    "feed of RSS": [
        Step("sound: two texts", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step("another title", _rss(sites.RSS.replace("Toinen", "Kolmas")), "1 changed, 1 unchanged"),
        Step("not well-formed", _rss(sites.RSS.replace("–", "&")), "2 changed, 1 refused", "not well-formed"),
        Step("a bomb of entities", _rss('<!DOCTYPE x [<!ENTITY a "ha">]>' + sites.rss()), "", "^structure: .*a bomb"),
        Step("dated 1899", _rss(sites.RSS.replace("2026", "1899")), "1 changed, 1 unchanged"),
        Step("as it was", _rss(sites.RSS), "2 unchanged"),
        *RSS_BROKEN,
    ],
    "wordpress": [
        Step("sound: two posts", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step("another title", _posts(sites.posts(post(7), post(8))), "1 changed, 1 unchanged"),
        Step(
            "a post without words", _posts(sites.posts(post(7), post(8), post(9, title={}, content={}, excerpt={}))),
            "1 refused", "post 9 was left out",
        ),
        Step("the interface is off", _posts('{"message": "REST is off"}'), "", "^structure: .*REST is off"),
        Step("no posts", _posts("[]"), "", "^empty: "),
        Step("as it was", _posts(sites.POSTS), "1 changed, 1 unchanged"),
        *BROKEN,
    ],
    "html_list": [
        Step("sound: two links", as_it_was, "2 new"),
        Step("the same in another order", _list(SECOND, FIRST)),
        Step("another title", _list(FIRST, ("/toinen", "Kolmas")), "1 changed, 1 unchanged"),
        Step(
            "an item without a link", _list(FIRST, ("javascript:x", "Paha")),
            "1 unchanged, 1 refused", "it has no link",
        ),
        Step("built otherwise", served("/lista", sites.LIST.replace('class="a"', ""), HTML), "", "^structure: "),
        Step("as it was", _list(FIRST, SECOND), "1 changed, 1 unchanged"),
        *BROKEN,
    ],
    "page_watch": [
        Step("sound: the page", as_it_was, "1 joined"),
        Step("the same", as_it_was),
        Step("another text", _page(sites.CITY_PAGE + "<p>Lisätieto.</p>"), "1 changed"),
        Step("another day of updating", _page(sites.CITY_PAGE + "<p>Lisätieto.</p><p>Päivitetty 24.11.2026</p>")),
        Step("a deadline in 1926", _page(sites.CITY_PAGE.replace("2027", "1926")), "1 changed"),
        Step(
            "built otherwise", served("/rahoitus", sites.page(sites.CITY_PAGE).replace("main>", "div>"), HTML),
            "", "^structure: ",
        ),
        Step("as it was", _page(sites.CITY_PAGE), "1 changed"),
        *BROKEN,
    ],
    "calendar": [
        Step("sound: two events", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step(
            "an event that moved", _events(TO_COME, sites.event("b", "Klinikka", "20261209")),
            "1 changed, 1 unchanged",
        ),
        Step(
            "an event from 1601", _events(TO_COME, sites.event("old", "Vanha", "16010101")),
            "1 unchanged, 1 refused", "'Vanha' was left out",
        ),
        Step(
            "10,000 recurrences", _events(TO_COME, DAILY),
            "199 new, 2 unchanged, 1 refused", "next 200 were taken",
        ),
        Step("a series that vanished", _events(TO_COME), "1 unchanged, 1 refused", "200 of 201 events ahead"),
        Step("the same a day later", _events(TO_COME), "200 changed, 1 unchanged"),
        Step("no events", _events(), "", "^empty: .* had 1 events ahead"),
        Step("as it was", served("/a.ics", sites.EVENTS, "text/calendar"), "1 new, 1 unchanged"),
        *BROKEN,
    ],
    "howspace": [
        Step("sound: two pieces of news", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step("another title", shown(news=[piece(1, headline="Uusi otsikko"), piece(2)]), "1 changed, 1 unchanged"),
        Step(
            "a new piece, on a page of its own", shown(news=[piece(1), piece(2), piece(3)]),
            "1 new, 1 changed, 1 unchanged",
        ),
        Step(
            "a piece without a title", shown(news=[piece(1), piece(2, headline="")]),
            "1 unchanged, 1 refused", "title",
        ),
        Step("the key lacks a checkbox", shown(permits={"people"}), "", "^refused: .*checkbox"),
        Step("as it was", shown(permits={"news"}, news=[piece(1), piece(2)]), "2 unchanged"),
        *BROKEN,
    ],
    "discourse": [
        Step("sound: two topics", as_it_was, "2 new"),
        Step("the same", as_it_was),
        Step(
            "an edited topic", lambda it: it.fake.edit(it.fake.topics[11].first, "<p>Toinen teksti.</p>"),
            "1 changed",
        ),
        Step("a new topic", lambda it: it.fake.write("Kolmas aihe kaupungeista", "<p>Teksti.</p>"), "1 new"),
        Step("what we wrote", lambda it: it.fake.write("Silta kirjoittaa", "<p>Teksti.</p>", username="silta")),
        *BROKEN,
    ],
}  # fmt: skip
"""What each site answers, one after the other."""
