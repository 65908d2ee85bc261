"""What the tests of sources that read sites share: asking them, and answers that none may take for content."""

from __future__ import annotations

from typing import Any, Protocol

from bot.contracts import Cursor, Defaults, Details, Fetched, Surroundings
from integrations import load

HTML = "text/html; charset=utf-8"
COUNCILS = {
    "uudenmaan-liitto": ["Uudenmaan liitto", "Nylands förbund"],
    "pirkanmaan-liitto": ["Pirkanmaan liitto", "Birkalands förbund"],
}
CITIES = {"tampere": ["Tampere", "Tammerfors"], "lahti": ["Lahti", "Lahtis"]}
TOPICS = {"vahahiilisyys": ["vähähiilisyys"], "vesi": ["vesi", "vatten"]}
CAPTCHA = (
    "<html><head><title>Just a moment...</title></head><body><h1>Checking your browser</h1>"
    "<p>Verify you are human</p><script src='/challenge-platform/x.js'></script></body></html>"
)
LOGIN = (
    "<html><body><h1>Kirjaudu sisään</h1><form action='/login'><input name='u'><input type='password'></form>"
    "</body></html>"
)
COOKIES = (
    "<html><body><div><h2>Evästeet</h2><p>Käytämme evästeitä.</p><button>Hyväksy kaikki evästeet</button></div>"
    "</body></html>"
)
SHELL = (
    "<html><body><noscript>You need to enable JavaScript to run this app.</noscript><div id='root'></div>"
    "</body></html>"
)
NOT_CONTENT = {"captcha": CAPTCHA, "login": LOGIN, "cookies": COOKIES, "shell": SHELL}
"""Pages that stand instead of the one that was asked for."""


class Place(Protocol):
    """Where a fake stands, host:port."""

    @property
    def place(self) -> str: ...


def page(content: str, head: str = "") -> str:
    return f"<!doctype html><html><head><title>Sivu</title>{head}</head><body>{content}</body></html>"


def asked(kind: str, where: Place, since: Cursor | None = None, **options: Any) -> Fetched:
    """What one poll of a source of that kind brings; `item_kind` is the source's default kind."""
    room = load(kind)
    assert room.source is not None
    surroundings = Surroundings(
        "site",
        Defaults(kind=options.pop("item_kind", "news"), visibility="public", topics=("vesi",)),
        contact_url="https://silta.example/about",
        allow_private=frozenset({where.place}),
        cities=CITIES,
        topics=TOPICS,
        councils=COUNCILS,
    )
    return room.source(room.options.model_validate(options), surroundings).fetch(since or {})


def told(fetched: Fetched) -> dict[str, Details]:
    """The details of each report by its id, when nothing was wrong."""
    assert not fetched.faults
    return {each.external_id: each.details for each in fetched.reports if each.details is not None}
