"""One call as four sources tell it, each of its own kind and on a site of its own, in its own words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bot import clock
from bot.store.sources import Source
from tests.fakes.call_sites import FakeEura, FakeHaeavustuksia
from tests.fakes.feeds import FakeFeeds
from tests.fakes.rakennerahastot import FakeRakennerahastot
from tests.town import Town

KINDS = ("eura", "rakennerahastot", "haeavustuksia", "feed")
EURA_ID = "d62b6d71-91c0-40e3-83b3-c5db0d51f134"
TITLE = "Innokaupungit: vähähiilisen Tampereen haku 2027"
NUMBER = "PIR-2027/12"
NOTICE = "<p>EAKR-haku on auki {}–{}. Rahoitusta on haettavissa {} euroa.</p>"
_CODES = {
    "rahasto": {"EAKR": {"fi": "Euroopan aluekehitysrahasto (EAKR)"}},
    "viranomainen": {"2603": {"fi": "Pirkanmaan liitto"}},
    "maakunta": {"06": {"fi": "Pirkanmaa"}},
}


@dataclass(frozen=True)
class FourSites:
    """The sites, and what each says. A verb says it anew: the next poll brings it."""

    eura: FakeEura
    rakennerahastot: FakeRakennerahastot
    haeavustuksia: FakeHaeavustuksia
    feed: FakeFeeds

    @property
    def places(self) -> frozenset[str]:
        """What FETCH_ALLOW_PRIVATE must hold."""
        return frozenset(
            {urlsplit(site.url).netloc for site in (self.eura, self.haeavustuksia)}
            | {self.rakennerahastot.place, self.feed.place}
        )

    def options(self) -> dict[str, dict[str, Any]]:
        """The options of each source."""
        return {
            "eura": {"site": self.eura.url},
            "rakennerahastot": {"site": self.rakennerahastot.url("/")},
            "haeavustuksia": {"site": self.haeavustuksia.url},
            "feed": {"url": self.feed.url("/news")},
        }

    def say_eura(self, closes: str = "2027-01-31", title: str = TITLE, ident: str = EURA_ID) -> None:
        """A row of the list, with the call's number, and days."""
        row = {
            "id": ident, "tila": "haettavissa", "hakuaika": {"alku": "2026-11-01", "loppu": closes},
            "otsikko": title, "rahasto": "EAKR", "viranomainen": "2603", "alue": None, "hakutunnus": NUMBER,
            "maakunnat": ["06"],
        }  # fmt: skip
        self.eura.data = {"preRenderData": {"koodisto": _CODES, "hankehaku": [row]}}

    def say_rakennerahastot(self, closes: str = "31.1.2027", euros: str = "900 000") -> None:
        """A notice with the dates in its text, and no number."""
        self.rakennerahastot.notice("haku", TITLE.upper(), NOTICE.format("1.11.2026", closes, euros))
        self.rakennerahastot.cards("/hakuajat", "/-/haku")

    def say_haeavustuksia(
        self, closes: str = "2027-01-31T21:59:00Z", title: str = TITLE, number: str = NUMBER
    ) -> None:
        """A row of the state's list, by its number, with UTC instants."""
        names = {"fi": title, "sv": "Utlysning för ett utsläppssnålt Tammerfors"}
        self.haeavustuksia.rows = [
            {
                "hakuasianAsianumero": number, "nimi": names,
                "kuvaus": {"fi": "Haku kaupungille.", "sv": None}, "hakuTyyppi": "Määräaikainen",
                "hakuAlkaaDateTimeUtc": "2026-10-31T22:00:00Z", "hakuPaattyyDateTimeUtc": closes,
            }
        ]  # fmt: skip

    def say_feed(self, closes: str | None = "2027-01-31", title: str = TITLE, ident: str = "m-1") -> None:
        """An entry of the city's own feed."""
        silta = {"kind": "call", "cities": ["tampere"], "visibility": "public", "closes_at": closes}
        entry = {
            "id": ident, "title": title, "language": "fi", "url": "https://tampere.example.org/haku",
            "_silta": {name: value for name, value in silta.items() if value},
        }  # fmt: skip
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Tampere", "items": [entry]}
        self.feed.serve("/news", json.dumps(feed), "application/feed+json")


@contextmanager
def four_sites() -> Iterator[FourSites]:
    """The four sites, on which the call stands."""
    with (
        FakeEura(None) as eura,
        FakeRakennerahastot() as rakennerahastot,
        FakeHaeavustuksia([]) as haeavustuksia,
        FakeFeeds() as feed,
    ):
        assert isinstance(rakennerahastot, FakeRakennerahastot)
        sites = FourSites(eura, rakennerahastot, haeavustuksia, feed)
        sites.say_eura()
        sites.say_rakennerahastot()
        sites.say_haeavustuksia()
        sites.say_feed()
        yield sites


def watch(town: Town, sites: FourSites, **more: Any) -> None:
    """Let the four be sources of the town, each asked when the journey says so."""
    with town.house.database.writing() as session:
        for kind, options in sites.options().items():
            stated: dict[str, Any] = {
                "defaults": {"kind": "call", "cities": ["tampere"] if kind == "feed" else []}, "cursor": {},
                "first_poll": "announce", "every": 86_400, "paused": True, "sifted": kind != "feed",
            }  # fmt: skip
            row = Source(name=kind, kind=kind, options=options, **(stated | more))
            row.next_at = row.created_at = clock.now()
            session.add(row)


def links_of(sites: FourSites) -> dict[str, str]:
    """Where each source's readers read the call."""
    return {
        "eura": f"{sites.eura.url}/hakuilmoitukset/hakuilmoitus/{EURA_ID}/",
        "rakennerahastot": sites.rakennerahastot.url("/-/haku"),
        "haeavustuksia": f"{sites.haeavustuksia.url}/fi/haku/{NUMBER.replace('/', '%2F')}",
        "feed": "https://tampere.example.org/haku",
    }
