"""A site built as rakennerahastot.fi is said to be: lists of cards, and notices in Finnish and Swedish.

    with FakeRakennerahastot() as site:
        site.notice("haku-lahti", "Haku avoinna Lahdessa", "<p>…</p>", swedish="utlysning-lahtis")
        site.cards("/hakuajat", "/-/haku-lahti")

It is a FakeFeeds: what that can do badly, a page here can too.
"""

from __future__ import annotations

import hashlib
from html import escape

from tests.fakes.feeds import FakeFeeds

HTML = "text/html; charset=utf-8"


class FakeRakennerahastot(FakeFeeds):
    def cards(self, path: str, *notices: str) -> None:
        """A page with a card for each notice, between links that are none."""
        cards = "".join(f'<li class="card"><a href="{each}">Lue lisää</a></li>' for each in notices)
        self._page(path, f'<h1>Hakuajat</h1><ul>{cards}</ul><a href="/yhteystiedot">Yhteystiedot</a>')

    def notice(
        self,
        slug: str,
        title: str,
        text: str,
        *,
        stamp: str = "Julkaisuajankohta 17.6.2026 7.00",
        tag: str = "Haku on avoinna",
        language: str = "fi",
        versions: dict[str, str] | None = None,
    ) -> str:
        """A notice's page; gives its path. `versions` are the paths in the languages that it links to."""
        path = f"/-/{slug}" if language == "fi" else f"/{language}/-/{slug}"
        links = "".join(
            f'<link rel="alternate" hreflang="{code}-FI" href="{self.url(other)}">'
            for code, other in (versions or {}).items()
        )
        self._page(
            path,
            f'<h1>{escape(title)}</h1><p>{stamp}</p><p>Tiedote</p><span class="tag">{tag}</span>'
            f'<div class="journal-content-article">{text}</div><span class="tag">Etelä-Suomi</span>',
            links,
        )
        return path

    def _page(self, path: str, content: str, head: str = "") -> None:
        body = (
            f"<!doctype html><html><head><meta charset=utf-8><title>Rakennerahastot</title>{head}</head><body>"
            f"<nav><a href='/'>Etusivu</a></nav><main>{content}</main></body></html>"
        )
        self.serve(path, body, HTML, etag=f'"{hashlib.sha256(body.encode()).hexdigest()[:12]}"')
