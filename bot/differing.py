"""Deadlines that sources state differently: never one without the others (docs/adr/0010)."""

from __future__ import annotations

from bot import words
from bot.clock import DEFAULT_ZONE
from bot.contracts import Details, Language


def deadlines(details: Details, language: Language, zone: str = DEFAULT_ZONE) -> str:
    """A sentence with all that is stated, and by whom; empty where nothing differs."""
    told = " · ".join(
        f"{each.when.spoken(language, zone)} ({each.source})" for each in details.stated_deadlines
    )
    return (
        words.gettext(
            language,
            "Sources give different deadlines: {deadlines}. Check them at the source.",
            deadlines=told,
        )
        if told
        else ""
    )


def closing(details: Details, language: Language, zone: str = DEFAULT_ZONE) -> str:
    """When a call closes, and what other sources say where they differ; empty where no day is known."""
    if details.closes_at is None:
        return ""
    day = details.closes_at.spoken(language, zone)
    said = (each.when.spoken(language, zone) for each in details.stated_deadlines)
    others = [each for each in dict.fromkeys(said) if each != day]
    if not others:
        return day
    return words.gettext(language, "{day}; another source says {others}", day=day, others=" · ".join(others))
