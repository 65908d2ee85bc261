"""What a button carries still means the same when it is read."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.buttons import read, write
from bot.contracts import (
    AskReminder,
    AskStatus,
    ChooseChannel,
    Command,
    FollowTopic,
    GiveAnswer,
    ListCalls,
    MuteCity,
    MuteItem,
    Search,
    ShowMyName,
    TakeBack,
)


@pytest.mark.parametrize(
    "command",
    [
        GiveAnswer("interested"),
        GiveAnswer("seen", remind=True),
        AskReminder(date(2026, 12, 3), time(9, 30), GiveAnswer("interested")),
        MuteItem(off=True),
        MuteCity("turku"),
        TakeBack(),
        ChooseChannel("email"),
        FollowTopic("energia", off=True),
        ShowMyName(),
        ShowMyName(shown=False),
        ListCalls("tampere", fund="ERDF", words="“x” <!channel>", page=3),
        Search("ä" * 100),
        AskStatus(),
    ],
)
@pytest.mark.parametrize("item_id", [None, 12])
def test_a_command_is_read_as_it_was_written(command: Command, item_id: int | None) -> None:
    does = write(command, item_id)
    assert read(does) == (command, item_id)
    assert len(does) <= 2_000, "Slack takes no more in a button"
