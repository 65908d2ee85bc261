"""A coordinator sends what a workspace exported, sees what was understood of it, and only then takes it in."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select, update
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from bot import clock
from bot.app import House
from bot.planning.corrections import QUIET, start_due
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.deliveries import Delivery
from bot.store.items import Item
from bot.store.sources import Source, source_named
from tests import factories
from tests.conftest import FrozenClock
from tests.integrations.howspace_letters import SECRET
from tests.unit.web.browser import Browser, seen
from tests.workbooks import CHAT, USERS, WHEN, repacked, workbook

PAGE = "/sources/acme/import"
_KEPT = re.compile(r'name="kept" value="([^"]+)"')


@pytest.fixture
def acme(house: House) -> str:
    """A workspace's source; Alice is a contact of Tampere."""
    with house.database.writing() as session:
        factories.person(session, "Alice")
        factories.source(session, "acme", kind="howspace", options={}, next_at=None)
    return PAGE


def send(browser: Browser, body: bytes, what: str = "chat", name: str = "vienti.xlsx") -> TestResponse:
    form = {"csrf_token": browser.token(PAGE), "what": what, "file": FileStorage(io.BytesIO(body), name)}
    boundary, raw = encode_multipart(form)
    kind = f'multipart/form-data; boundary="{boundary}"'
    return browser.client.post(PAGE, data=raw, content_type=kind, buffered=True)


def made_of(tmp_path: Path, rows: Sequence[Sequence[Any]], merged: str = "") -> bytes:
    return Path(workbook(tmp_path / "sent.xlsx", rows, merged)).read_bytes()


def confirm(browser: Browser, shown: TestResponse, what: str = "chat", **more: str) -> TestResponse:
    kept = _KEPT.search(shown.text)
    assert kept, seen(shown)
    return browser.submit(PAGE, f"{PAGE}/take", what=what, kept=kept[1], **more)


def count(house: House, table: Any) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_chat_is_understood_first_and_taken_in_when_it_is_confirmed(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    assert PAGE in browser.get("/sources/acme").text
    shown = send(browser, made_of(tmp_path, [*CHAT, (0, WHEN, "Bob", " ", None)]))
    words = seen(shown)
    for said in (
        "4 rows, of which 2 discussions with their replies: 2 new. Nothing was changed yet.",
        "D Kommentti the comment",
        "Columns that are not read: Tykkäykset",
        "3 November 2026 at 10:15 (Finnish time): Miten *kaupungit* aloittivat?",
        "1 row is left out row 8: it has no text",
    ):
        assert said in words
    assert SECRET not in shown.text
    assert count(house, Item) == 0
    done = confirm(browser, shown)
    assert done.headers["Location"] == "/sources/acme"
    assert "Discussions: new 2, changed 0, unchanged 0. Nobody was told." in seen(
        browser.get("/sources/acme")
    )
    assert count(house, Item) == 2
    assert count(house, Delivery) == 0
    again = send(browser, made_of(tmp_path, CHAT))
    assert "2 unchanged" in seen(again)
    assert "unchanged 2" in seen(browser.get(confirm(browser, again).headers["Location"]))
    with house.database.reading() as session:
        found = session.scalars(select(Audit).where(Audit.action == "chat.imported").order_by(Audit.id)).all()
    assert [(each.actor, each.subject, each.facts["new"]) for each in found] == [
        ("local", "acme", 2), ("local", "acme", 0),
    ]  # fmt: skip


def test_a_chat_is_told_when_that_is_wanted(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    confirm(browser, send(browser, made_of(tmp_path, CHAT)), tell="on")
    steps = house.steps("once")
    while steps.plan():
        pass
    steps.lanes.journal.close()
    assert count(house, Delivery) > 0


@pytest.mark.of_sqlite
@pytest.mark.parametrize("what", ["chat", "people"])
def test_a_long_file_is_taken_in_by_portions_so_that_others_can_write_between(
    house: House, browser: Browser, acme: str, tmp_path: Path, what: str
) -> None:
    rows: list[Sequence[Any]] = [("Time", "Comment"), *((WHEN, f"Comment {number}") for number in range(60))]
    if what == "people":
        rows = [("Name", "Email"), *((f"Bob {each}", f"bob{each}@example.org") for each in range(250))]
    shown = send(browser, made_of(tmp_path, rows), what)
    table = Contact if what == "people" else Item
    before, came = count(house, table), []
    database, portion = house.database.writer, (100 if what == "people" else 25)

    def committed(_connection: Any) -> None:
        came.append(count(house, table))  # as others see it, before this commit

    event.listen(database, "commit", committed)
    confirm(browser, shown, what)
    event.remove(database, "commit", committed)
    came.append(count(house, table))
    assert came[-1] - before == len(rows) - 1
    assert max(after - earlier for earlier, after in pairwise(came)) <= portion
    with house.database.reading() as session:
        noted = session.scalars(select(Audit).where(Audit.action.endswith(".imported"))).one()
    assert noted.facts["new"] == len(rows) - 1


@pytest.mark.parametrize(("told", "corrections"), [({}, 0), ({"tell": "on"}, 1)])
def test_who_was_told_hears_of_a_new_reply_only_when_that_is_wanted(
    house: House, browser: Browser, acme: str, tmp_path: Path, frozen: FrozenClock,
    told: dict[str, str], corrections: int,
) -> None:  # fmt: skip
    confirm(browser, send(browser, made_of(tmp_path, CHAT)), tell="on")
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        session.execute(update(Delivery).values(state="sent"))
    confirm(browser, send(browser, made_of(tmp_path, [*CHAT, (0, WHEN, "Bob", None, "Tulen!")])), **told)
    factories.plan(house.database, house.network)
    frozen.advance(QUIET.total_seconds())
    with house.database.writing() as session:
        assert start_due(session) == corrections


def test_people_are_shown_then_made_contacts_without_a_role(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    shown = send(browser, made_of(tmp_path, USERS), "people")
    words = seen(shown)
    assert "2 rows, of which 2 people: 1 new; 1 known already, brought up to date." in words
    assert "Bob Berg <bob@example.org> oulu" in words
    assert "Columns that are not read: Rooli" in words
    assert count(house, Contact) == 1
    confirm(browser, shown, "people")
    assert "Contacts: new 1, changed 1, unchanged 0." in seen(browser.get("/sources/acme"))
    with house.database.reading() as session:
        rows = session.execute(select(Contact.name, Contact.role).order_by(Contact.id)).all()
    assert [tuple(row) for row in rows] == [("Alice Ahola", "contact"), ("Bob Berg", "contact")]


def test_whoever_is_known_keeps_their_cities_and_their_language(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    rows = [USERS[0], ("Alice", "Ahola", "alice@example.org", None, "English"),
            ("Bob", "Berg", "bob@example.org", None, "English")]  # fmt: skip
    confirm(browser, send(browser, made_of(tmp_path, rows), "people"), "people")
    with house.database.reading() as session:
        found = session.scalars(select(Contact).order_by(Contact.id)).all()
    assert [(each.name, each.cities, each.language) for each in found] == [
        ("Alice Ahola", ["tampere"], "fi"), ("Bob Berg", [], "en"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ("empty", "The file is no workbook: export it as Excel (.xlsx) again"),
        ("text", "The file is no workbook: export it as Excel (.xlsx) again"),
        ("half", "The file is no workbook: export it as Excel (.xlsx) again"),
        ("zip", "The file is no workbook: export it as Excel (.xlsx) again"),
        ("bomb", "The file unpacks to more than 48 MB: split it"),
        ("entities", "The file cannot be read as a workbook: open it in Excel and save it again"),
        ("headless", "No row names the columns (text or reply); it begins with: x, y"),
        ("huge", "The file is larger than 4 MB. Split it"),
        ("too huge", "The file is larger than 4 MB. Split it"),
        ("formulas", "B3: a formula without a value: open the file in Excel and save it"),
        ("nothing", "There is nothing to take in."),
    ],
)
def test_what_cannot_be_taken_says_what_to_do_and_changes_nothing(
    house: House, browser: Browser, acme: str, tmp_path: Path, made: str, said: str
) -> None:
    whole = made_of(tmp_path, CHAT)
    bodies = {
        "empty": b"",
        "text": b"Comment;Author",
        "half": whole[: len(whole) // 2],
        "huge": bytes(5 * 1024 * 1024),
        "too huge": bytes(17 * 1024 * 1024),
    }
    if made == "headless":
        bodies[made] = made_of(tmp_path, [("x", "y")] * 40)
    elif made == "formulas":
        bodies[made] = made_of(
            tmp_path, [("Time", "Comment"), (WHEN, "Hello"), (WHEN, "=A2&B2"), ("soon", "x")]
        )
    elif made == "nothing":
        bodies[made] = made_of(tmp_path, [("Time", "Comment")])
    elif made not in bodies:
        repacked(tmp_path / "sent.xlsx", tmp_path / "broken.xlsx", made)
        bodies[made] = (tmp_path / "broken.xlsx").read_bytes()
    shown = send(browser, bodies[made])
    assert said in seen(shown)
    assert _KEPT.search(shown.text) is None or made == "nothing"
    assert str(tmp_path) not in shown.text
    assert count(house, Item) == 0


def test_cells_that_are_merged_hold_what_stands_above(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    rows = [("Author", "Comment"), ("Alice", "First"), (None, "Second")]
    shown = send(browser, made_of(tmp_path, rows, "A2:A3"))
    assert "2 rows, of which 2 discussions" in seen(shown)
    confirm(browser, shown)
    with house.database.reading() as session:
        bodies = [each.details["body"]["fi"] for each in session.scalars(select(Item).order_by(Item.id))]
    assert bodies == ["First\n\n— Alice", "Second\n\n— Alice"]


def test_a_confirmation_that_did_not_arrive_whole_or_of_a_paused_source_takes_nothing(
    house: House, browser: Browser, acme: str, tmp_path: Path
) -> None:
    assert "Choose a file first." in seen(send(browser, b"", name=""))
    for kept in ("", "%%%", "UEsDBA=="):
        answer = browser.submit(PAGE, f"{PAGE}/take", what="chat", kept=kept)
        assert answer.status_code == 422
        assert "Nothing was taken in" in seen(answer)
    shown = send(browser, made_of(tmp_path, CHAT))
    with house.database.writing() as session:
        row = source_named(session, "acme")
        assert row is not None
        row.paused = True
    assert "Resume it first" in seen(confirm(browser, shown))
    assert count(house, Item) == 0


def test_only_coordinators_import_and_only_into_a_workspace(
    app: Flask, house: House, acme: str, tmp_path: Path
) -> None:
    browser, outside = Browser.of(app), {"REMOTE_ADDR": "203.0.113.7"}
    assert browser.get(PAGE, environ_overrides=outside).status_code == 403
    assert (
        browser.client.post(f"{PAGE}/take", data={"kept": ""}, environ_overrides=outside).status_code == 403
    )
    assert browser.client.post(f"{PAGE}/take", data={"kept": ""}).status_code == 400  # no token of a form
    with house.database.writing() as session:
        session.add(Source(**_feed()))
    for path in ("/sources/paper/import", "/sources/none/import", "/sources/a%00b/import"):
        assert browser.get(path).status_code == 404


def _feed() -> dict[str, Any]:
    return {
        "name": "paper", "kind": "feed", "options": {}, "defaults": {}, "cursor": {}, "created_at": clock.now(),
    }  # fmt: skip
