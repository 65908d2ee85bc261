"""What a message offers to do: open the call, read it elsewhere, answer, be reminded, hear no more of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot import words
from bot.contracts import Action, AnswerKind, Details, Language
from bot.planning.facts import IN_LANGUAGE, where

MOST_SOURCES = 6
"""Links to language versions and sources in one message."""

_ANSWERS: Mapping[AnswerKind, str] = {
    "interested": "Interested",
    "need_partner": "Need a partner",
    "not_for_us": "Not for us",
    "seen": "Seen",
}


def offers(details: Details, language: Language, item_id: int | None) -> tuple[Action, ...]:
    """The links of a message, the main one first; personal ones only for an item with an id."""
    answers = _answers(details, language, item_id) if item_id is not None else ()
    return (*opening(details, language), *_sources(details, language), *answers)


def opening(details: Details, language: Language) -> tuple[Action, ...]:
    """The link to the item's own page, if it has one."""
    if not details.url:
        return ()
    label = words.gettext(language, "Open the call" if details.kind == "call" else "Read more")
    return (Action(label=label, url=details.url, primary=True),)


def _sources(details: Details, language: Language) -> Iterator[Action]:
    said: dict[str, str] = {}
    for figure in details.figures:
        if figure.url:
            said.setdefault(figure.url, where(figure, language))
    for link in details.links:
        tongue = words.gettext(language, IN_LANGUAGE[link.language]) if link.language else ""
        said[link.url] = ", ".join(part for part in (link.label, tongue) if part)
    source = words.gettext(language, "Source")
    others = [(url, label) for url, label in said.items() if url != details.url]
    for url, label in others[:MOST_SOURCES]:
        yield Action(label=f"{source}: {label}" if label else source, url=url)


def _answers(details: Details, language: Language, item_id: int) -> Iterator[Action]:
    def personal(msgid: str, url: str) -> Action:
        return Action(label=words.gettext(language, msgid), url=url, personal="page")

    if details.kind in {"call", "event"}:
        for answer, msgid in _ANSWERS.items():
            yield personal(msgid, f"/answer/{item_id}?as={answer}")
        yield personal("Remind me", f"/remind/{item_id}")
    if details.kind in {"call", "event", "discussion"}:
        yield personal("Mute this", f"/mute/{item_id}")
