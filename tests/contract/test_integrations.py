"""One suite over every registered integration."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot import clock
from bot.clock import When
from bot.contracts import Absent, Action, Fact, Message, Outgoing, Sender, TryLater, Unknown, Words
from integrations import INTEGRATIONS, load
from integrations.walls import Wall

SECRET = "xoxb-very-secret"
SENDERS = [name for name in INTEGRATIONS if load(name).sender]
CALLS = {"eura", "rakennerahastot", "haeavustuksia", "sedia"}
HOSTILE = "<script>alert(1)</script> <!channel> @here \r\nBcc: bob@example.org \u202e🎉"


def outgoing(title: str = HOSTILE, key: str = "silta-1") -> Outgoing:
    words = Words(why="Why", preferences="Choose", unsubscribe="Stop", network="Cities", more="More")
    message = Message(
        language="en",
        label="Call",
        title=title,
        body=f"**{title}**",
        facts=(Fact(label="Closes", when=When.parse("2027-01-15")), Fact(label=title, text=title)),
        actions=(Action(label=title, url="https://example.org/?a=1&b=<2>", primary=True),),
        words=words,
    )
    return Outgoing(
        key, "U1" if "slack" in key else "alice@example.org", (message,), reason=title, name=title
    )


def wall(kind: str, port: int, **options: object) -> Wall:
    """A wall at that port."""
    stated = {"url": f"http://127.0.0.1:{port}", **options}
    return Wall(load(kind).options.model_validate(stated), frozenset({f"127.0.0.1:{port}"}))


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(params=SENDERS)
def sender(request: pytest.FixtureRequest, closed_port: int) -> Iterator[Sender]:
    """Each sender, with nobody at the other end."""
    options = {
        "slack": {"token": SECRET, "api_url": f"http://127.0.0.1:{closed_port}/api/"},
        "email": {
            "host": "127.0.0.1", "port": closed_port, "security": "none", "username": "silta",
            "password": SECRET, "mail_from": "silta@example.org",
        },
        "discourse": {
            "wall_of": lambda _: wall(
                "discourse", closed_port, secret=SECRET, api_key=SECRET, category=7
            ), "names": lambda: ["wall"],
        },
        "loomio": {
            "wall_of": lambda _: wall(
                "loomio", closed_port, path_secret=SECRET, api_key=SECRET, group_id=7
            ), "names": lambda: ["wall"],
        },
    }  # fmt: skip
    room = load(request.param)
    assert room.sender
    assert room.sender_options
    made = room.sender(room.sender_options(**options[request.param]))
    yield made
    made.close()


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_it_is_registered_under_its_own_name_and_can_do_something(name: str) -> None:
    room = load(name)
    assert room.name == name
    assert room.title
    assert issubclass(room.options, BaseModel)
    assert room.source or room.webhook or room.sender or room.letters


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_its_usual_rhythm_is_within_its_manners_and_calls_are_asked_for_once_a_day(name: str) -> None:
    kind = load(name)
    assert 60 <= kind.least_every <= kind.every <= 86_400
    assert kind.every == 86_400 or name not in CALLS


@pytest.mark.parametrize("name", INTEGRATIONS)
def test_it_is_a_whole_room_with_tests_of_its_own(name: str) -> None:
    assert (Path("integrations") / name / "__init__.py").is_file()
    assert list((Path("tests/integrations") / name).glob("test_*.py"))


def test_nobody_there_is_tried_later_and_costs_no_message_its_turn(sender: Sender) -> None:
    outcomes = list(sender.send([outgoing("one"), outgoing("two", key="silta-2")]))
    assert len(outcomes) == 2
    assert all(isinstance(outcome, TryLater) and outcome.account for outcome in outcomes)


def test_nobody_there_is_not_proof_that_a_message_did_not_arrive_unless_a_copy_is_harmless(
    sender: Sender,
) -> None:
    answer = sender.find("U1", "silta-1", clock.now(), None)
    assert isinstance(answer, Unknown) or (
        isinstance(answer, Absent) and type(sender).__name__ == "EmailSender"
    )


def test_its_check_says_what_is_wrong_and_no_secret(sender: Sender) -> None:
    faults = sender.check()
    assert faults
    assert not any(SECRET in fault for fault in faults)


def test_it_draws_hostile_text_as_text(sender: Sender) -> None:
    drawn = sender.render(outgoing())
    assert "<script>" not in drawn.html
    assert "alert(1)" in drawn.html
    assert drawn.text.strip()


def test_it_states_a_pace_that_can_be_kept(sender: Sender) -> None:
    pace = sender.pace
    assert pace.connections >= 1
    assert pace.batch >= 1
    assert pace.per_destination >= 0
    assert pace.account_rate is None or (pace.account_rate > 0 and pace.account_burst >= 1)
