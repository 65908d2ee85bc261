"""Files chosen in a form in Slack, while they are read: nothing that is typed is lost, and no form is stuck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from bot.app import create_app
from bot.store.chats import ChatForm
from bot.store.drafts import Draft
from tests.fakes.slack_door import serving
from tests.journeys.slack_desk import SECRET, Desk, desk_of, until
from tests.town import OpenTown

BUSY = "Your files are being read"


@pytest.fixture
def desk(open_town: OpenTown) -> Iterator[Desk]:
    """Alice coordinates, and Slack is slow to give out files."""
    with desk_of(open_town(slack_signing_secret=SECRET)) as desk:
        desk.town.slack.files_flow.clear()
        yield desk
        desk.town.slack.files_flow.set()


def drafts(desk: Desk) -> list[dict[str, Any]]:
    with desk.town.house.database.reading() as session:
        return [draft.content for draft in session.scalars(select(Draft).order_by(Draft.id))]


def kept_files(desk: Desk) -> list[str]:
    with desk.town.house.database.reading() as session:
        return [file["name"] for form in session.scalars(select(ChatForm)) for file in form.fields["files"]]


def write(desk: Desk) -> None:
    desk.write(desk.alice, title_en="Welcome", upload=[desk.alice.choose("a.txt", b"hello")])


@contextmanager
def another_process(desk: Desk) -> Iterator[None]:
    """Let Slack speak to one that knows nothing of what the first was doing."""
    app = create_app(desk.town.house.settings)
    with serving(app) as url:
        desk.town.slack.connect(f"{url}/slack/events", SECRET)
        yield
    app.extensions["silta.chats"].close()
    app.extensions["silta"].house.database.close()


@pytest.mark.parametrize("way", ["submit", "Save as a draft"])
def test_nothing_can_be_typed_while_files_are_read(desk: Desk, way: str) -> None:
    alice = desk.alice
    write(desk)
    alice.submit() if way == "submit" else alice.press(None, way)
    busy = desk.modal(alice, BUSY)
    assert not [block for block in busy.blocks if block["type"] == "input"]
    desk.town.slack.files_flow.set()
    desk.modal(alice, "Put forward" if way == "submit" else "Saved. It is not put forward yet.")
    (content,) = drafts(desk)
    assert [file["name"] for file in content["details"]["files"]] == ["a.txt"]


def test_who_goes_back_meanwhile_keeps_what_they_type(desk: Desk) -> None:
    alice = desk.alice
    write(desk)
    alice.submit()
    desk.modal(alice, BUSY)
    alice.press(None, "Back to the form")
    desk.modal(alice, "Whom it reaches")
    alice.fill({"title_en": "Welcome, all of you"})
    desk.town.slack.files_flow.set()
    until(lambda: drafts(desk), lambda: "nothing was put forward")
    alice.press(None, "Preview")
    desk.modal(alice, "Welcome, all of you", deep=2)
    alice.close_modal()
    alice.submit()
    desk.modal(alice, "Put forward")
    (content,) = drafts(desk)
    assert content["title"] == {"en": "Welcome, all of you"}
    assert [file["name"] for file in content["details"]["files"]] == ["a.txt"]


def test_a_form_leads_back_when_whoever_read_its_files_is_gone(desk: Desk) -> None:
    alice = desk.alice
    write(desk)
    alice.submit()
    desk.modal(alice, BUSY)
    with another_process(desk):
        alice.press(None, "Back to the form")
        form = desk.modal(alice, "Whom it reaches")
        assert form.filled["title_en"]["announce.field.title_en"]["value"] == "Welcome"
        alice.submit()
        desk.modal(alice, "Put forward")


def test_what_is_typed_beside_a_slow_preview_is_not_put_back(desk: Desk) -> None:
    alice = desk.alice
    write(desk)
    alice.press(None, "Preview")
    desk.modal(alice, BUSY, deep=2)
    alice.close_modal()
    alice.fill({"title_en": "Welcome, all of you"})
    desk.turn(alice, "Finnish", "title_fi")
    desk.town.slack.files_flow.set()
    until(lambda: kept_files(desk), lambda: "the file was not kept")
    alice.submit()
    desk.modal(alice, "Put forward")
    (content,) = drafts(desk)
    assert content["title"] == {"en": "Welcome, all of you"}
