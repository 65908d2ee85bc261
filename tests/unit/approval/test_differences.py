"""What changed, in the words of whoever looks: no slugs, no ISO dates, and compared with what readers have."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from bot import approval
from bot.approval import announcements
from bot.approval.differences import differences
from bot.contracts import Language
from tests import factories
from tests.conftest import FrozenClock
from tests.unit.approval.desk import WORDS, Desk

pytestmark = pytest.mark.of_sqlite


def shown(desk: Desk, draft: int, language: Language = "sv") -> dict[str, list[tuple[str, str]]]:
    """Each field's label, with what was taken out and put in."""
    found = differences(desk.draft(draft), language, desk.network, factories.ZONE)
    return {
        each.label: [(piece.kind, piece.text) for piece in each.pieces if piece.kind != "same"]
        for each in found
    }


def changed(**details: Any) -> dict[str, Any]:
    content = deepcopy(WORDS)
    content["details"] |= details
    return content


def correct(desk: Desk, draft: int, content: dict[str, Any], by: str) -> None:
    def work(session: Any) -> None:
        announcements.correct(session, draft, content, by)
        approval.submit(session, desk.network, draft, by)

    desk.database.write(work)


def test_values_are_said_as_readers_say_them(desk: Desk) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    content = changed(
        cities=["turku"], kind="event", starts_at="2026-12-01T09:00:00+02:00", urgent=False,
        visibility="public", topics=["kiertotalous"],
    )  # fmt: skip
    content["repeat"] = "weekly"
    correct(desk, draft, content, desk.alice)
    found = shown(desk, draft)
    assert found["Städer"] == [("old", "Tammerfors"), ("new", "Åbo")]
    assert ("new", "Varje vecka") in [piece for pieces in found.values() for piece in pieces]
    said = str(found)
    assert "1 december 2026 kl. 9.00" in said
    for raw in ("turku", "2026-12-01", "kiertotalous", "True", "'public'", "weekly"):
        assert raw not in said, raw
    assert "1 December 2026" in str(shown(desk, draft, "en"))


def test_an_undone_correction_is_compared_with_what_readers_have(desk: Desk, frozen: FrozenClock) -> None:
    draft = desk.put_forward(desk.alice)
    desk.approve(draft, desk.bob)
    frozen.advance(minutes=2)
    desk.turn()
    correct(desk, draft, changed(cities=["turku"]), desk.alice)
    desk.approve(draft, desk.bob, version=2)
    desk.undo(draft, desk.bob)
    assert shown(desk, draft, "en") == {"Cities": [("old", "Tampere"), ("new", "Turku")]}


def test_what_was_never_approved_has_no_difference(desk: Desk) -> None:
    assert shown(desk, desk.put_forward(desk.alice)) == {}
