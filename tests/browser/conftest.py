"""A real Chromium, the house over HTTP, and a workspace of another origin that frames its page."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any

import pytest
from flask import Flask, Response, request
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from bot.app import House
from bot.people.answers import answer
from bot.store.contacts import Contact
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.workspace import SECRET

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--test-third-party-cookie-phaseout",
)
"""The last one: no cookies in frames of another site, as people's browsers have it."""


def chromium() -> str | None:
    """The path of a Chromium or Chrome; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


@pytest.fixture(scope="session")
def _chromium() -> Iterator[Browser | None]:
    if path := chromium():
        with sync_playwright() as player:
            opened = player.chromium.launch(executable_path=path, args=list(FLAGS))
            yield opened
            opened.close()
    elif os.environ.get("REQUIRE_BROWSER"):
        raise pytest.UsageError("REQUIRE_BROWSER is set and there is no Chromium")
    else:
        yield None


@pytest.fixture
def open_page(_chromium: Browser | None, record_property: Any) -> Iterator[Callable[..., Page]]:
    """Opens a page in a browser that has seen nothing; skips, and says so, where there is no browser."""
    if _chromium is None:
        record_property("figures", "Browser: there is no Chromium here; what needs one did not run")
        pytest.skip("no Chromium")
    contexts = []

    def opened(address: str, width: int = 1000, **more: Any) -> Page:
        contexts.append(_chromium.new_context(viewport={"width": width, "height": 900}, **more))
        page = contexts[-1].new_page()
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


@dataclass(frozen=True, slots=True)
class Workspace:
    """Three origins: our own house, the workspace that frames it, and a foreign site that tries to."""

    house: str
    own: str
    foreign: str


@contextmanager
def served(app: Flask, host: str) -> Iterator[str]:
    """The address of an application, while it is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _site(house: list[str]) -> Flask:
    """A site whose every address frames the same address of the house, which opens later."""
    app = Flask("workspace")

    @app.get("/<path:_path>")
    def framed(_path: str) -> Response:
        address = escape(f"{house[0]}{request.full_path}")
        frame = f'<iframe title="Silta" src="{address}" style="width:100%;height:860px;border:0"></iframe>'
        return Response(
            f'<!doctype html><html lang="fi"><title>Työtila</title><body style="margin:0">{frame}'
        )

    return app


@pytest.fixture
def workspace(frozen: FrozenClock, open_test_house: Callable[..., House]) -> Iterator[Workspace]:
    """A workspace on localhost frames the house on 127.0.0.1; Alice and Charlie, a coordinator, are of Tampere."""
    opened: list[str] = []
    with served(_site(opened), "localhost") as own, served(_site(opened), "localhost") as foreign:
        house = open_test_house(howspace_embed_secret=SECRET, howspace_origin=(own,))
        _fill(house)
        with served(build(house), "127.0.0.1") as address:
            opened.append(address)
            yield Workspace(address, own, foreign)


def _fill(house: House) -> None:
    with house.database.writing() as session:
        factories.person(session, "Alice", language="fi")
        factories.person(session, "Charlie", role="coordinator", language="en")
        bob = factories.person(session, "Bob", language="sv", cities=("turku",))
        bob.named = True
        pseudonym = bob.pseudonym
    call = {
        "fi": "Vähähiilinen kaupunkiseutu 2027", "sv": "Utsläppssnål stadsregion 2027",
        "en": "Low-carbon city region 2027",
    }  # fmt: skip
    hostile = "<script>alert(1)</script> \u202eRTL " + "pitkäsanainen" * 12
    factories.tell(
        house.database,
        factories.details(title=call, body={"fi": "Haku on **auki**."}, cities=(), url="https://example.org/haku"),
        factories.details(title={"fi": "EAKR-haku: älykäs liikenne"}, closes_at="2026-11-30"),
        factories.details(title={"fi": "Ekosysteemipäivä"}, kind="event", closes_at=None,
                          starts_at="2026-12-08T09:00:00+02:00", ends_at="2026-12-08T16:00:00+02:00"),
        factories.details(title={"fi": hostile}, kind="news", closes_at=None),
    )  # fmt: skip
    with house.database.writing() as session:
        bob = session.scalars(select(Contact).where(Contact.pseudonym == pseudonym)).one()
        answer(session, bob, 1, "need_partner", "page", "")
