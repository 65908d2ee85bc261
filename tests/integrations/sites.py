"""A sound site of every kind of source that is asked, each behind a veil that can spoil what it answers.

All that can tell of a call tell of the same one: an Innokaupungit round of Lahti with the number UML-012.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from bot.contracts import Cursor, Defaults, Fetched, Kind, Surroundings
from integrations import load
from tests.fakes.call_sites import FakeEura, FakeHaeavustuksia, FakeSedia
from tests.fakes.discourse import FakeDiscourse
from tests.fakes.feeds import FakeFeeds
from tests.fakes.partner import FakePartner, piece
from tests.fakes.rakennerahastot import HTML, FakeRakennerahastot
from tests.fakes.veil import Veil
from tests.integrations.eura import test_eura as eura
from tests.integrations.haeavustuksia import test_haeavustuksia as haeavustuksia
from tests.integrations.sedia import test_sedia as sedia
from tests.integrations.wordpress.test_source import post

TITLE: Final = "Innokaupungit, Lahti: vähähiilinen työ – 50 € päivässä"
NUMBER: Final = "UML-012"
PROSE: Final = "<p>Kestävän kaupunkikehittämisen haku on auki 1.12.2026–31.1.2027. Hakea voi työhön.</p>"
MORE: Final = "<p>Innokaupungit vauhdittavat kestävää kasvua – kaupungeissa ympäri Suomen.</p>" * 4


@dataclass(frozen=True)
class Place:
    """How a sound site of one kind is built, and which options a source of it takes, by the site's address."""

    kind: str
    build: Callable[[], Any]
    options: Callable[[str], Mapping[str, Any]]
    tells: Kind = "call"


@dataclass(frozen=True)
class Site:
    """A site that stands. `fake` is changed as the site is; `veil` spoils what it answers."""

    place: Place
    fake: Any
    veil: Veil

    def ask(self, since: Cursor | None = None, *, url: str = "", **more: Any) -> Fetched:
        """What one poll brings, of the veil or of another address; `more` are surroundings."""
        room = load(self.place.kind)
        assert room.source is not None
        surroundings = Surroundings(
            "site", Defaults(kind=self.place.tells, visibility="public"),
            allow_private=frozenset({self.veil.place}), cities={"lahti": ["Lahti", "Lahtis"]}, **more,
        )  # fmt: skip
        options = room.options.model_validate(self.place.options(url or self.veil.url))
        return room.source(options, surroundings).fetch(since or {})


@contextmanager
def standing(name: str) -> Iterator[Site]:
    """The site of that name, until the end."""
    place = PLACES[name]
    with place.build() as fake, Veil(fake.place) as veil:
        yield Site(place, fake, veil)


def page(content: str) -> str:
    return f"<!doctype html><html><head><title>Sivu</title></head><body><main>{content}</main></body></html>"


def event(uid: str, title: str, day: str) -> str:
    return f"BEGIN:VEVENT\r\nUID:{uid}\r\nSUMMARY:{title}\r\nDTSTART:{day}T080000Z\r\nEND:VEVENT\r\n"


def calendar(*events: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//a//b//FI\r\n{''.join(events)}END:VCALENDAR\r\n"


def rss_item(guid: str, title: str) -> str:
    when = "Tue, 17 Nov 2026 07:00:00 GMT"
    return (
        f"<item><guid isPermaLink='false'>{guid}</guid><title>{title}</title><pubDate>{when}</pubDate></item>"
    )


def rss(*items: str) -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{"".join(items)}</channel></rss>'
    )


def feed_item(ident: str, title: str, **silta: Any) -> dict[str, Any]:
    said = {"kind": "call", "closes_at": "2027-01-31", **silta}
    return {"id": ident, "title": title, "date_published": "2026-11-17T07:00:00Z", "_silta": said}


def feed(*items: Mapping[str, Any]) -> str:
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "Työ", "items": items}
    return json.dumps(document, ensure_ascii=False)


def listed(*items: tuple[str, str]) -> str:
    rows = "".join(
        f'<li class="a"><a href="{link}">{title}</a><i>12.11.2026</i></li>' for link, title in items
    )
    return page(f"<h1>Ajankohtaista</h1>{MORE}<ul>{rows}</ul>")


def posts(*all_of: Mapping[str, Any]) -> str:
    return json.dumps(all_of, ensure_ascii=False)


EURA_CALL: Final = eura.CALL | {"otsikko": TITLE}
GRANT: Final = {
    **haeavustuksia.CITIES,
    "nimi": {"fi": TITLE},
    "hakuPaattyyDateTimeUtc": "2027-01-31T21:59:00Z",
}
CITY_PAGE: Final = f"<h1>{TITLE}</h1>{PROSE}{MORE}"
EURA_PAGE: Final = f"https://eura2021.fi/hakuilmoitukset/hakuilmoitus/{eura.CITY}/"


def _serving(path: str, body: str, content_type: str) -> Callable[[], FakeFeeds]:
    def build() -> FakeFeeds:
        site = FakeFeeds()
        site.serve(path, body, content_type)
        return site

    return build


def _rakennerahastot() -> FakeRakennerahastot:
    site = FakeRakennerahastot()
    site.notice("haku-lahti", TITLE, PROSE, stamp="Julkaisuajankohta 17.11.2026 7.00")
    site.notice(
        "uutinen", "Rahastojen työ – uutinen", MORE, stamp="Julkaisuajankohta 18.11.2026 7.00", tag=""
    )
    site.cards("/hakuajat", "/-/haku-lahti", "/-/uutinen")
    return site


def _discourse() -> FakeDiscourse:
    site = FakeDiscourse()
    site.write("Lahden työ – mitä kaupungit kysyvät", "<p>Kysymys työstä – ja vastaus.</p>")
    site.write("Tampereen työpaja keväällä", "<p>Tervetuloa.</p>")
    return site


def _partner() -> FakePartner:
    site = FakePartner()
    site.news = [piece(1), piece(2)]
    return site


FEED: Final = feed(
    feed_item("a", TITLE, identifier=NUMBER, cities=["lahti"]), feed_item("b", "Toinen työ", cities=["lahti"])
)  # fmt: skip
RSS: Final = rss(rss_item("a", "Työ – uutinen"), rss_item("b", "Toinen uutinen"))
POSTS: Final = posts(post(7, title={"rendered": "Työ – uutinen"}), post(8))
EVENTS: Final = calendar(event("a", "Työpaja – Lahti", "20261201"), event("b", "Klinikka", "20261208"))
LIST: Final = listed((EURA_PAGE, TITLE), ("/toinen", "Toinen työ – haku"))

PLACES: Final[Mapping[str, Place]] = {
    "eura": Place("eura", lambda: FakeEura(eura.data(eura.row(), EURA_CALL)), lambda url: {"site": url}),
    "rakennerahastot": Place("rakennerahastot", _rakennerahastot, lambda url: {"site": url}),
    "haeavustuksia": Place(
        "haeavustuksia", lambda: FakeHaeavustuksia([haeavustuksia.ROADS, GRANT]), lambda url: {"site": url}
    ),
    "sedia": Place("sedia", lambda: FakeSedia([sedia.row()]), lambda url: {"site": url}),
    "feed": Place(
        "feed", _serving("/feed", FEED, "application/feed+json"), lambda url: {"url": f"{url}/feed"}
    ),
    "feed of RSS": Place(
        "feed", _serving("/feed", RSS, "application/rss+xml; charset=utf-8"),
        lambda url: {"url": f"{url}/feed"}, "news",
    ),
    "wordpress": Place(
        "wordpress", _serving("/wp-json/wp/v2/posts", POSTS, "application/json"), lambda url: {"url": url}, "news"
    ),
    "html_list": Place(
        "html_list", _serving("/lista", LIST, HTML),
        lambda url: {"url": f"{url}/lista", "item": "li.a", "date": "i"},
    ),
    "page_watch": Place(
        "page_watch", _serving("/rahoitus", page(CITY_PAGE), HTML), lambda url: {"url": f"{url}/rahoitus"}
    ),
    "calendar": Place(
        "calendar", _serving("/a.ics", EVENTS, "text/calendar; charset=utf-8"),
        lambda url: {"url": f"{url}/a.ics"}, "event",
    ),
    "discourse": Place("discourse", _discourse, lambda url: {"url": url}, "discussion"),
    "howspace": Place("howspace", _partner, FakePartner.options, "news"),
}  # fmt: skip
"""The sound sites, by name: the kind first, and what is special about it."""
