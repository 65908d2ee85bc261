"""`POST /in/<source>`: what comes in, and what is refused."""

from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator

import pytest
import requests
from flask import Flask
from sqlalchemy import event, select, update
from werkzeug.serving import make_server

from bot.app import House
from bot.store.items import Item
from bot.store.sources import Source
from bot.web import build
from bot.web.doors import Doors
from bot.web.incoming import BODY_LIMIT
from tests import factories
from tests.unit.web.browser import Browser
from tests.webhooks import SECRET, Signed, saying

CALL = {
    "external_id": "tampere-3",
    "kind": "call",
    "title": {"fi": "Haku <script>alert(1)</script> \u202e<!channel>"},
    "cities": ["tampere"],
}


@pytest.fixture
def house(open_test_house: Callable[..., House]) -> House:
    return open_test_house(webhook_secret=SECRET)


def post(browser: Browser, signed: Signed, path: str = "/in/webhook") -> tuple[int, dict[str, object]]:
    answer = browser.client.post(path, data=signed.body, headers=signed.headers)
    return answer.status_code, answer.json or {}


def items(house: House) -> int:
    with house.database.reading() as session:
        return len(session.scalars(select(Item.id)).all())


def test_a_signed_report_becomes_an_item_once(browser: Browser, house: House) -> None:
    signed = saying("published", **CALL)
    assert post(browser, signed) == (200, {"status": "accepted", "item": 1})
    assert post(browser, signed) == (200, {"status": "duplicate", "item": 1})
    assert post(browser, saying("updated", **{**CALL, "title": "Uusi"})) == (
        200,
        {"status": "updated", "item": 1},
    )
    assert post(browser, saying("withdrawn", external_id="tampere-3")) == (
        200,
        {"status": "withdrawn", "item": 1},
    )
    assert items(house) == 1


def test_what_is_not_for_us_gets_a_problem(browser: Browser, house: House, subtests: pytest.Subtests) -> None:
    with house.database.writing() as session:
        factories.source(session, "silent", kind="feed", options={"url": "https://example.org/feed"})
    rows = [
        ("nothing", 404),
        ("%00", 404),
        ("x" * 2000, 404),
        ("silent", 404),
        ("webhook", 401),
        ("webhook/a/b", 401),
    ]
    for name, status in rows:
        with subtests.test(name[:20]):
            answer = browser.client.post(
                f"/in/{name}", data=b"{}", headers={"Content-Type": "application/json"}
            )
            assert answer.status_code == status
            assert answer.content_type == "application/problem+json"
            assert answer.json
            assert (answer.json["status"], answer.json["type"]) == (status, "about:blank")


def test_only_post_is_taken(browser: Browser) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = browser.client.open("/in/webhook", method=method)
        assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
        assert "POST" in answer.headers["Allow"]


def test_a_wrong_content_type_is_415(browser: Browser) -> None:
    signed = saying("published", **CALL)
    headers = {**signed.headers, "Content-Type": "application/x-www-form-urlencoded"}
    assert browser.client.post("/in/webhook", data=signed.body, headers=headers).status_code == 415


def test_a_paused_source_is_shut_and_a_resumed_one_open(app: Flask, house: House) -> None:
    app.extensions["silta.doors"] = Doors(house, look_again=0.0)
    browser = Browser.of(app)
    for paused, status in ((False, 200), (True, 409), (False, 200)):
        with house.database.writing() as session:
            session.execute(update(Source).where(Source.name == "webhook").values(paused=paused))
        assert post(browser, saying("published", **CALL))[0] == status


def test_a_sources_new_defaults_count_for_the_next_request(app: Flask, house: House) -> None:
    app.extensions["silta.doors"] = Doors(house, look_again=0.0)
    browser = Browser.of(app)
    for language in ("fi", "sv"):
        with house.database.writing() as session:
            session.execute(
                update(Source).where(Source.name == "webhook").values(defaults={"language": language})
            )
        status, body = post(
            browser, saying("published", **{**CALL, "external_id": language, "title": "Nimi"})
        )
        assert status == 200
        with house.database.reading() as session:
            assert list(session.get_one(Item, body["item"]).details["title"]) == [language]


def test_a_source_that_is_not_set_up_asks_to_come_again_and_tells_no_secret(
    open_test_house: Callable[..., House],
) -> None:
    answer = Browser.of(build(open_test_house())).client.post("/in/webhook", data=b"{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "WEBHOOK_SECRET" not in answer.text


def test_failed_signatures_are_limited_and_right_ones_are_not(browser: Browser) -> None:
    forged = Signed(saying("published", **CALL).body, secret="whsec_" + "QUFB" * 8)
    codes = [post(browser, forged)[0] for _ in range(32)]
    assert codes == [401] * 30 + [429] * 2
    assert post(browser, saying("published", **CALL))[0] == 200
    other = browser.client.post(
        "/in/webhook",
        data=forged.body,
        headers=forged.headers,
        environ_overrides={"REMOTE_ADDR": "192.0.2.8"},
    )
    assert other.status_code == 401
    answer = browser.client.post("/in/webhook", data=forged.body, headers=forged.headers)
    assert 0 < int(answer.headers["Retry-After"]) <= 60


@pytest.fixture
def impatient(house: House) -> Iterator[sqlite3.Connection]:
    """Another process's connection to the same SQLite file; ours waits 50 ms for it, and has no room to grow."""

    @event.listens_for(house.database.engine, "connect")
    def limit(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA busy_timeout=50").close()

    house.database.engine.dispose()
    other = sqlite3.connect(str(house.database.url.database), isolation_level=None)
    yield other
    other.close()


@pytest.mark.of_sqlite
def test_a_locked_database_acknowledges_nothing(
    browser: Browser, house: House, impatient: sqlite3.Connection
) -> None:
    signed = saying("published", **CALL)
    impatient.execute("BEGIN IMMEDIATE")
    status, body = post(browser, signed)
    assert status == 503
    assert "nothing was kept" in str(body["detail"])
    assert items(house) == 0
    impatient.execute("ROLLBACK")
    assert post(browser, signed)[0] == 200


@pytest.mark.of_sqlite
def test_a_full_disk_acknowledges_nothing(
    browser: Browser, house: House, impatient: sqlite3.Connection
) -> None:
    pages = impatient.execute("PRAGMA page_count").fetchone()[0]

    @event.listens_for(house.database.engine, "connect")
    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    house.database.engine.dispose()
    answers = [
        post(browser, saying("published", **{**CALL, "external_id": f"e{n}", "body": f"{n}" * 40_000}))
        for n in range(3)
    ]
    refused = [body for status, body in answers if status == 503]
    assert refused
    assert items(house) == len(answers) - len(refused)


@pytest.fixture
def address(app: Flask) -> Iterator[tuple[str, int]]:
    """A real server, for what only the wire shows."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield "127.0.0.1", server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_chunked_body_comes_in_whole(address: tuple[str, int]) -> None:
    signed = saying("published", **CALL)
    chunks = (signed.body.encode()[at : at + 7] for at in range(0, len(signed.body.encode()), 7))
    answer = requests.post(
        f"http://{address[0]}:{address[1]}/in/webhook", data=chunks, headers=signed.headers, timeout=5
    )
    assert (answer.status_code, answer.json()["status"]) == (200, "accepted")


def chunk_after_chunk(size: int) -> Iterator[bytes]:
    while size > 0:
        yield b"x" * min(size, 16_384)
        size -= 16_384


def test_a_body_is_read_to_the_limit_and_no_further(
    address: tuple[str, int], subtests: pytest.Subtests
) -> None:
    headers = {**saying("published").headers, "webhook-signature": "v1,AAAA"}
    url = f"http://{address[0]}:{address[1]}/in/webhook"
    for size, status in ((BODY_LIMIT, 401), (BODY_LIMIT + 1, 413)):
        for body in (b"x" * size, chunk_after_chunk(size)):
            with subtests.test(size=size, chunked=not isinstance(body, bytes)):
                answer = requests.post(url, data=body, headers=headers, timeout=5)
                assert (answer.status_code, answer.headers["Content-Type"]) == (
                    status,
                    "application/problem+json",
                )


def test_a_length_that_lies_is_refused_without_waiting_for_the_body(
    address: tuple[str, int], subtests: pytest.Subtests
) -> None:
    for length, status in (("99999999", b"413"), ("0", b"415"), ("nonsense", b"4"), ("-5", b"4")):
        with subtests.test(length), socket.create_connection(address, timeout=5) as line:
            head = f"POST /in/webhook HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n"
            line.sendall(f"{head}Connection: close\r\n\r\n".encode())
            line.shutdown(socket.SHUT_WR)
            assert line.recv(64).split()[1].startswith(status)


def test_a_plain_title_is_in_the_default_language(open_test_house: Callable[..., House]) -> None:
    house = open_test_house(webhook_secret=SECRET, default_language="sv")
    status, body = post(Browser.of(build(house)), saying("published", **{**CALL, "title": "Utlysning"}))
    assert status == 200
    with house.database.reading() as session:
        assert session.get_one(Item, body["item"]).content().title == {"sv": "Utlysning"}
