"""What a message offers to do: open the call, read it elsewhere, answer, be reminded, hear no more of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot import words
from bot.buttons import write
from bot.contracts import Action, AnswerKind, AskCalendar, AskWhy, Details, GiveAnswer, Language, MuteItem
from bot.planning import spoken
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
    """The links and buttons of a message, the main one first; the reader's own only for an item with an id."""
    own = _own(details, language, item_id) if item_id is not None else ()
    return (*opening(details, language), *_files(details, language), *_sources(details, language), *own)


def opening(details: Details, language: Language) -> tuple[Action, ...]:
    """The link to the item's own page, if it has one."""
    if not details.url:
        return ()
    label = words.gettext(language, "Open the call" if details.kind == "call" else "Read more")
    return (Action(label=label, url=details.url, primary=True),)


def _files(details: Details, language: Language) -> Iterator[Action]:
    """The files, with what they are called and how large they are: "programme.pdf, 240 kB"."""
    for each in details.files:
        if not each.is_picture:
            yield Action(label=f"{each.name}, {spoken.file_size(each.size, language)}", url=each.url)


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


def answers(item_id: int, language: Language, kinds: Sequence[AnswerKind]) -> Iterator[Action]:
    """What a reader can answer to an item: their own link, and the button of a chat."""
    for kind in kinds:
        url = f"/answer/{item_id}?as={kind}"
        yield _personal(language, _ANSWERS[kind], url, write(GiveAnswer(kind), item_id))


def _own(details: Details, language: Language, item_id: int) -> Iterator[Action]:
    timed = details.kind in {"call", "event"}
    if timed:
        yield from answers(item_id, language, tuple(_ANSWERS))
        yield _personal(language, "Remind me", f"/remind/{item_id}", f"open:remind:{item_id}")
    else:
        yield _button(language, "Seen", write(GiveAnswer("seen"), item_id))
    if details.kind in {"call", "event", "discussion"}:
        yield _personal(language, "Mute this", f"/mute/{item_id}", write(MuteItem(), item_id))
    if timed:
        yield _button(language, "Add to calendar", write(AskCalendar(), item_id))
    yield _button(language, "Why this?", write(AskWhy(), item_id))


def _personal(language: Language, msgid: str, url: str, does: str) -> Action:
    return Action(label=words.gettext(language, msgid), url=url, personal="page", does=does)


def _button(language: Language, msgid: str, does: str) -> Action:
    """What only a chat offers: a mail has its calendar file, and its reason, in itself."""
    return Action(label=words.gettext(language, msgid), url="", does=does)
