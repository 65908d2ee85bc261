"""Pictures and files of announcements: handed in on a page, shown in mail and Slack, gone when it is withdrawn."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from bot import approval
from bot.app import House
from bot.approval import announcements
from bot.approval.file_ends import forget_unused
from bot.contracts import Message
from bot.planning.notices import plan_chunk
from bot.store.deliveries import MessageRow
from bot.store.drafts import Draft
from bot.store.files import FileRow
from bot.store.sign_ins import SignIn
from bot.web import build
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.test_file_kinds import picture
from tests.unit.web.browser import Browser, seen

pytestmark = pytest.mark.of_sqlite
WORDS = {"kind": "announcement", "visibility": "network", "title_en": "Welcome", "do": "submit"}
PDF = b"%PDF-1.7 " + b"x" * 239_991
PICTURE = picture("PNG")


@pytest.fixture
def house(open_test_house: Callable[..., House], frozen: FrozenClock) -> House:
    opened = open_test_house()
    with opened.database.writing() as session:
        factories.person(session, "Alice", role="coordinator", language="en")
        factories.person(session, "Bob", role="admin")
    return opened


@pytest.fixture
def app(house: House) -> Flask:
    return build(house)


@pytest.fixture
def alice(house: House, app: Flask) -> Browser:
    browser = Browser.of(app)
    browser.submit("/sign-in", "/sign-in/mail", email="alice@example.org", next="/approvals")
    with house.database.reading() as session:
        link = house.links.sign_in(session.scalars(select(func.max(SignIn.id))).one())
    path = link.removeprefix("http://127.0.0.1:8000")
    browser.submit(path, path)
    return browser


def hand_in(alice: Browser, *files: tuple[str, bytes], at: str = "/announce", **more: Any) -> Any:
    upload = [FileStorage(io.BytesIO(body), name) for name, body in files]
    token = alice.token("/announce")
    boundary, body = encode_multipart({**WORDS, **more, "upload": upload, "csrf_token": token})
    kind = f'multipart/form-data; boundary="{boundary}"'
    return alice.client.post(at, data=body, content_type=kind, buffered=True)


def keys(answer: Any) -> list[str]:
    return re.findall(r'name="files" value="([0-9a-f]{32})"', answer.text)


def draft(house: House) -> Draft:
    with house.database.reading() as session:
        return session.get_one(Draft, 1)


def put_forward(alice: Browser) -> None:
    """With a picture and a document: the picture's words are asked for, and nothing is chosen twice."""
    asked = hand_in(alice, ("kuva.png", PICTURE), ("programme.pdf", PDF))
    assert asked.status_code == 422
    assert "Say in words what each picture shows" in seen(asked)
    there = keys(asked)
    assert hand_in(alice, files=there, **{f"alt_{there[0]}": "A bridge\nat night"}).status_code == 303


def released(house: House, frozen: FrozenClock) -> None:
    effects = approval.usual_effects(house.settings.zone)

    def work(session: Any) -> None:
        row = session.get_one(Draft, 1)
        approval.approve(session, 1, row.version, "bob")

    house.database.write(work)
    frozen.advance(minutes=2)
    house.database.write(lambda session: approval.turn(session, house.network, effects))
    house.database.write(lambda session: plan_chunk(session, house.network, house.settings.zone))


def test_a_message_shows_pictures_and_links_files_with_their_size(
    house: House, alice: Browser, frozen: FrozenClock
) -> None:
    put_forward(alice)
    released(house, frozen)
    with house.database.reading() as session:
        rows = session.scalars(select(MessageRow).where(MessageRow.content_key.like("notice:%"))).all()
        (message,) = [Message.model_validate(row.content[0]) for row in rows if "en" in row.content_key[-2:]]
    assert [shown.alt for shown in message.shown] == ["A bridge at night"]
    (link,) = [action for action in message.actions if "/files/" in action.url]
    assert link.label == "programme.pdf, 240 kB"


def test_they_are_served_harmlessly_until_the_announcement_is_withdrawn(
    house: House, app: Flask, alice: Browser, frozen: FrozenClock
) -> None:
    put_forward(alice)
    released(house, frozen)
    anybody = Browser.of(app)
    shown, saved = (each["url"].partition(":8000")[2] for each in draft(house).content["details"]["files"])
    answer = anybody.get(shown)
    assert (answer.data, answer.content_type) == (PICTURE, "image/png")
    answer = anybody.get(saved)
    assert (answer.data, answer.headers["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''programme.pdf"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert anybody.get(f"{saved}x").status_code == 404
    house.database.write(lambda session: announcements.withdraw(session, 1, house.settings.zone, "bob"))
    answer = anybody.get(f"{shown}?language=en")
    assert (answer.status_code, "was withdrawn" in seen(answer)) == (410, True)


def test_a_dropped_correction_takes_no_file_from_what_went_out(
    house: House, app: Flask, alice: Browser, frozen: FrozenClock
) -> None:
    put_forward(alice)
    released(house, frozen)
    shown = draft(house).content["details"]["files"][0]["url"].partition(":8000")[2]
    corrected = draft(house).content | {"send_at": "2027-01-15T09:00:00+02:00"}
    house.database.write(lambda session: announcements.correct(session, 1, corrected, "alice"))
    house.database.write(lambda session: approval.drop(session, 1, "alice"))
    assert draft(house).state == "dropped"
    assert Browser.of(app).get(shown).status_code == 200


def test_the_old_link_of_a_file_that_was_corrected_says_so(
    house: House, app: Flask, alice: Browser, frozen: FrozenClock
) -> None:
    put_forward(alice)
    released(house, frozen)
    shown, saved = (each["url"].partition(":8000")[2] for each in draft(house).content["details"]["files"])
    details = draft(house).content["details"]
    corrected = draft(house).content | {"details": details | {"files": details["files"][:1]}}
    house.database.write(lambda session: announcements.correct(session, 1, corrected, "alice"))
    assert Browser.of(app).get(saved).status_code == 200
    house.database.write(lambda session: approval.submit(session, house.network, 1, "alice"))
    released(house, frozen)
    assert Browser.of(app).get(shown).status_code == 200
    answer = Browser.of(app).get(f"{saved}?language=sv")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (410, "no-store")
    assert "Den här filen har rättats" in seen(answer)
    assert PDF not in answer.data


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([("a.html", b"<script>")], "a.html: Only pictures"),
        ([("a.pdf", b"%PDF-" + b"x" * 5 * 1024 * 1024)], "A file has at most 5 MB."),
        ([(f"{each}.pdf", b"%PDF-" + bytes([each]) * 3_600_000) for each in (1, 2, 3)], "together"),
        ([("a.txt", b"")], "This file is empty."),
    ],
)
def test_what_is_not_taken_is_said(alice: Browser, files: list[tuple[str, bytes]], says: str) -> None:
    answer = hand_in(alice, *files)
    assert (answer.status_code, says in seen(answer)) == (422, True)


def test_a_form_far_too_large_is_refused_and_other_forms_take_no_files(alice: Browser) -> None:
    assert hand_in(alice, ("a.txt", b"x" * 13_000_000)).status_code == 413
    assert alice.submit("/announce", "/approvals/1/return", note="x" * 2_000_000).status_code == 413


def test_the_same_file_is_kept_once_and_what_nobody_shows_is_forgotten(
    house: House, alice: Browser, frozen: FrozenClock
) -> None:
    for _ in range(2):
        hand_in(alice, ("programme.pdf", PDF))
    hand_in(alice, ("lost.png", PICTURE))
    frozen.advance(days=8)
    hand_in(alice, ("new.txt", b"new"))
    house.database.write(forget_unused)
    with house.database.reading() as session:
        assert set(session.scalars(select(FileRow.name))) == {"programme.pdf", "new.txt"}


def test_a_file_is_taken_away_by_its_tick(house: House, alice: Browser) -> None:
    put_forward(alice)
    alice.submit("/announce/1", "/announce/1", **WORDS, version="1")
    assert "files" not in draft(house).content["details"]
