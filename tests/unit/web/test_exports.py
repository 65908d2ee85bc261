"""`/items/<id>/told`: who was told, on a page and in files."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from bot.app import House
from bot.people import told as proof
from bot.people.answers import answer
from bot.people.conversations import add_conversation
from bot.people.erasure import erase
from bot.store.audit import Audit
from bot.store.contacts import Contact
from bot.store.db import Database
from bot.store.deliveries import Delivery
from tests import factories
from tests.conftest import NOON, FrozenClock
from tests.unit.web.browser import Browser, seen

HOSTILE = '=HYPERLINK("http://evil.example";"x") <script>alert(1)</script>'


@pytest.fixture
def item(frozen: FrozenClock, house: House) -> str:
    """The path of an item that Alice was told of and answered, Bob was not, Charlie is erased; and a conversation."""
    with house.database.writing() as session:
        for name in ("Alice", "Bob", "Charlie"):
            factories.person(session, name, language="sv" if name == "Bob" else "fi")
        factories.person(session, HOSTILE, email="hostile@example.org", cities=("oulu",))
        add_conversation(session, "CTAMPERE", city="tampere", languages=("fi", "sv"))
    factories.tell(house.database, factories.details(fund="Åäö €"))
    factories.plan(house.database, house.network)
    with house.database.writing() as session:
        session.execute(
            update(Delivery).values(state="sent", settled_at=NOON, attempts=1, ref={"id": "@250 ok"})
        )
        session.execute(
            update(Delivery).where(Delivery.id == 2).values(state="failed", error="550 no such user")
        )
        alice, charlie, hostile = (session.get_one(Contact, number) for number in (1, 3, 4))
        answer(session, alice, 1, "interested", "page", "")
        answer(session, charlie, 1, "not_for_us", "mail", "")
        answer(session, hostile, 1, "need_partner", "page", "")
        erase(session, charlie, "command")
    return "/items/1/told"


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def test_the_page_says_who_was_told_and_who_answered(item: str, browser: Browser) -> None:
    words = seen(browser.get(item))
    assert "3 told, 1 failed; 1 of 1 cities answered" in words
    assert "Alice alice@example.org" in words
    assert "550 no such user" in words
    assert "Somebody erased" in words
    assert "CTAMPERE conversation" in words
    assert "Charlie" not in words
    assert "<script>" not in browser.get(item).text


def test_the_csv_has_everybody_and_no_formula(item: str, browser: Browser, house: House) -> None:
    answer = browser.get(f"{item}.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert 'filename="told-1.csv"' in answer.headers["Content-Disposition"]
    rows = rows_of(answer)
    with house.database.reading() as session:
        pseudonym = session.get_one(Contact, 3).pseudonym
    assert [(row["name"], row["language"], row["medium"], row["state"], row["answer"]) for row in rows] == [
        ("Alice", "fi", "email", "sent", "interested"),
        ("Bob", "sv", "email", "failed", ""),
        ("", "fi", "email", "sent", "not_for_us"),
        ("CTAMPERE", "fi,sv", "slack", "sent", ""),
        (f"'{HOSTILE}", "fi", "", "", "need_partner"),
    ]
    assert rows[2]["recipient"] == pseudonym
    assert rows[0]["when"] == "2026-11-24T10:00:00+00:00"
    assert rows[0]["reference"] == "'@250 ok"
    assert rows[1]["error"] == "550 no such user"
    assert not [cell for row in rows for cell in row.values() if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}]


def test_the_json_has_the_totals(item: str, browser: Browser) -> None:
    answer = browser.get(f"{item}.json")
    said = json.loads(answer.data)
    assert said["totals"] == {"told": 3, "waiting": 0, "failed": 1, "other": 0}
    assert said["cities"] == {"answered": 1, "of": 1}
    assert [row["purpose"] for row in said["told"]] == ["notice"] * 4 + ["answer"]
    assert said["told"][0]["answered_at"] == said["told"][0]["at"] == "2026-11-24T10:00:00+00:00"


def test_the_pdf_prints_every_letter(item: str, browser: Browser, tmp_path: Path) -> None:
    answer = browser.get(f"{item}.pdf")
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["Content-Type"] == "application/pdf"
    if shutil.which("pdftotext") is None:
        return
    (tmp_path / "told.pdf").write_bytes(answer.data)
    done = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "told.pdf", "-"], capture_output=True, check=True
    )
    words = " ".join(done.stdout.decode().split())
    assert "Fund: Åäö €" in words
    assert "3 told, 1 failed; 1 of 1 cities answered" in words
    assert "Tampere: Interested (Alice, 24 November 2026)" in words
    assert "erased" in words


def test_taking_a_file_leaves_a_line_and_looking_at_the_page_none(
    item: str, browser: Browser, house: House
) -> None:
    browser.get(item)
    browser.client.head(f"{item}.csv")
    for form in ("csv", "json", "pdf"):
        browser.get(f"{item}.{form}")
    with house.database.reading() as session:
        acts = session.execute(
            select(Audit.actor, Audit.subject, Audit.facts).where(Audit.action == "item.told.exported")
        ).all()
    assert [(actor, subject, facts["form"]) for actor, subject, facts in acts] == [
        ("local", "item 1", form) for form in ("csv", "json", "pdf")
    ]


@pytest.mark.parametrize("path", ["", ".csv", ".json", ".pdf"])
def test_an_item_that_is_not_there_has_no_proof_and_strangers_get_none(
    browser: Browser, item: str, path: str
) -> None:
    assert browser.get(f"/items/2/told{path}").status_code == 404
    far = browser.get(f"{item}{path}", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    assert far.status_code in {401, 403}


def test_an_item_nobody_was_told_of_says_so(browser: Browser, house: House) -> None:
    factories.tell(house.database, factories.details(cities=("oulu",)))
    words = seen(browser.get("/items/1/told"))
    assert "0 told; 0 of 1 cities answered" in words
    assert "Nobody: no contact or conversation fits it" in words
    assert rows_of(browser.get("/items/1/told.csv")) == []
    assert json.loads(browser.get("/items/1/told.json").data)["told"] == []
    assert browser.get("/items/1/told.pdf").data.startswith(b"%PDF-")


def test_what_a_digest_told_has_that_digests_state(item: str, house: House, browser: Browser) -> None:
    with house.database.writing() as session:
        alice = session.get_one(Delivery, 1)
        carrier = Delivery(
            item_id=None, revision=0, message_id=alice.message_id, destination_id=alice.destination_id, sender="email",
            recipient=alice.recipient, purpose="digest", rhythm="weekly", reason="digest", state="queued",
            due_at=NOON, dedupe_key="digest:1:alice", created_at=NOON,
        )  # fmt: skip
        session.add(carrier)
        session.flush()
        alice.state, alice.carrier_id = "digested", carrier.id
        number = carrier.id
    assert "2 told, 1 waiting, 1 failed" in seen(browser.get(item))
    (row,) = [row for row in rows_of(browser.get(f"{item}.csv")) if row["name"] == "Alice"]
    assert (row["purpose"], row["digest"], row["state"], row["when"]) == ("notice", str(number), "queued", "")


def test_a_large_audience_is_read_piece_by_piece(item: str, house: House, browser: Browser) -> None:
    with house.database.writing() as session:
        one = session.get_one(Delivery, 1)
        columns = [column.name for column in Delivery.__table__.columns if column.name != "id"]
        same = {name: getattr(one, name) for name in columns}
        session.execute(
            insert(Delivery),
            [{**same, "recipient": f"r{at}", "dedupe_key": f"many:{at}"} for at in range(250)],
        )
    assert len(list(proof.told(house.database, 1, chunk=7))) == 255
    first = browser.get(item)
    assert "253 told, 1 failed" in seen(first)
    assert first.text.count('data-label="State"') == 100
    assert "after=100" in first.text
    assert browser.get(f"{item}?after=200").text.count('data-label="State"') == 55


def test_no_session_is_open_while_rows_are_handed_out(item: str, house: House) -> None:
    database: Database = house.database
    rows = proof.told(database, 1, chunk=1)
    next(rows)
    with database.writing() as session:  # would wait for ever, or see a lock, were the reader still at it
        session.execute(update(Delivery).where(Delivery.id == 2).values(error="changed meanwhile"))
    assert next(rows).error == "changed meanwhile"
