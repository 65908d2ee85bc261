"""Two coordinators in Slack, and the town that they write to: real signed requests, real modals, a frozen clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bot.people.enrolment import Person
from tests.fakes.slack_door import serving
from tests.fakes.slack_people import Person as Somebody
from tests.fakes.slack_views import View
from tests.fakes.slack_workspace import Posted
from tests.town import Town

SECRET = "a" * 32
TEAM = "T1"
COORDINATORS = (
    Person(
        "Alice",
        "alice@example.org",
        ("tampere",),
        "coordinator",
        "en",
        slack_user_id="UALICE",
        slack_team_id=TEAM,
    ),
    Person("Bob", "bob@example.org", ("oulu",), "admin", "en", slack_user_id="U0BOB", slack_team_id=TEAM),
)
READERS = (
    Person(
        "Charlie",
        "charlie@example.org",
        ("tampere",),
        language="sv",
        slack_user_id="UCHARLIE",
        slack_team_id=TEAM,
    ),
)


@dataclass
class Desk:
    """A town with Alice and Bob, who coordinate, and Charlie, who reads, all of them in Slack."""

    town: Town
    alice: Somebody
    bob: Somebody
    charlie: Somebody

    def modal(self, who: Somebody, wanted: str, deep: int = 1) -> View:
        """The modal that somebody has before them, as soon as these words stand in it."""
        until(
            lambda: len(who.modals) == deep and wanted in who.modals[-1].text,
            lambda: f"{wanted!r} in {[view.text for view in who.modals]}",
        )
        return who.modals[-1]

    def write(self, who: Somebody, **values: Any) -> View:
        """Open the form by the shortcut, and fill in these fields of the first tab."""
        who.shortcut("announce")
        self.modal(who, "Whom it reaches")
        return who.fill(values) if values else who.modals[-1]

    def turn(self, who: Somebody, label: str, shows: str) -> View:
        """Turn to another tab of the form."""
        who.press(None, label)
        until(lambda: any(block.get("block_id") == shows for block in who.modals[-1].blocks), lambda: shows)
        return who.modals[-1]

    def put_forward(self, who: Somebody, **values: Any) -> int:
        """Write an announcement and put it forward; returns the draft's number."""
        self.write(who, **values)
        assert who.submit().ok, who.trouble
        self.modal(who, "Put forward")
        number = int(who.modals[-1].given["private_metadata"].split(":")[1].strip(" }"))
        self.close(who)
        return number

    def told(self, who: Somebody) -> list[Posted]:
        """What the app wrote to somebody directly, after all that is due is done."""
        self.town.settle()
        return [post for post in self.town.slack.messages if post.channel == who.dm]

    @staticmethod
    def close(who: Somebody) -> None:
        """Close all modals."""
        while who.modals:
            who.close_modal()


def until(holds: Callable[[], object], said: Callable[[], str], within: float = 10.0) -> None:
    """Wait for what a thread of the app does; modals are opened by threads of their own."""
    end = time.monotonic() + within
    while not holds():
        if time.monotonic() > end:
            raise AssertionError(said())
        time.sleep(0.01)


@contextmanager
def desk_of(town: Town) -> Iterator[Desk]:
    """Serve the town's app to Slack for as long as the block runs. The town needs SLACK_SIGNING_SECRET."""
    people = {
        each.name: town.slack.person(
            str(each.slack_user_id), called=each.name, email=each.email, locale="en-US"
        )
        for each in (*COORDINATORS, *READERS)
    }
    town.enrol(*COORDINATORS, *READERS)
    with serving(town.app) as url:
        town.slack.connect(f"{url}/slack/events", SECRET)
        yield Desk(town, people["Alice"], people["Bob"], people["Charlie"])
