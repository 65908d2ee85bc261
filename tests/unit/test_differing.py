"""Deadlines that sources state differently are said side by side, in each language, in short and in full."""

from __future__ import annotations

from bot.contracts import Details, Language
from bot.differing import closing, deadlines
from tests.factories import details


def stated(*days: str) -> Details:
    told = [{"when": day, "source": f"source-{at}"} for at, day in enumerate(days, 1)]
    return details(closes_at=days[0] if days else None, stated_deadlines=told if len(set(days)) > 1 else ())


def test_one_deadline_is_just_told() -> None:
    assert closing(stated("2027-01-15"), "en") == "15 January 2027"
    assert deadlines(stated("2027-01-15"), "en") == ""
    assert closing(stated(), "en") == ""


def test_others_stand_beside_the_first_each_once() -> None:
    call = stated("2027-01-15", "2027-01-29", "2027-01-29", "2027-02-01")
    assert closing(call, "en") == "15 January 2027; another source says 29 January 2027 · 1 February 2027"
    assert deadlines(call, "en").startswith(
        "Sources give different deadlines: 15 January 2027 (source-1) · 29 January 2027 (source-2)"
    )


def test_it_is_said_in_the_readers_language() -> None:
    call = stated("2027-01-15", "2027-01-29")
    told: dict[Language, str] = {"fi": "toinen lähde ilmoittaa", "sv": "en annan källa säger"}
    assert all(words in closing(call, language) for language, words in told.items())
