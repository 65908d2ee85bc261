"""Drafts as pages show them: by whom, since when, to whom they would go, and what changed since the approval."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval import UNDO
from bot.approval.drafts import titled
from bot.contracts import LANGUAGES, Details, Language
from bot.letters.composing import supply_of, written_in
from bot.letters.content import LetterContent
from bot.letters.release import sending_time
from bot.planning.forecast import forecast
from bot.planning.letter_readers import count_readers
from bot.store.contacts import Contact
from bot.store.drafts import Draft, Letter
from bot.web.forecasts import spoken, spoken_letter
from bot.web.house import House

KINDS: Mapping[str, str] = {"item": "Item", "letter": "Weekly letter", "announcement": "Announcement"}
STATES: Mapping[str, tuple[str, str]] = {
    "draft": ("Draft", "is being written"),
    "waiting": ("Waits for approval", "another pair of eyes is needed"),
    "approved": ("Approved", "goes out when its time has come"),
    "released": ("Released", "has gone out"),
    "returned": ("Given back", "its author has to change something"),
    "dropped": ("Dropped", "will not go out"),
}
LANGUAGE_NAMES: Mapping[Language, str] = {"fi": "Finnish", "sv": "Swedish", "en": "English"}

_WORDS_COMPARED = 1_500
_CONTEXT = 8


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list."""

    draft: Draft
    title: str
    author: str
    approver: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that is the same, was taken out (`old`) or put in (`new`)."""

    kind: Literal["same", "old", "new"]
    text: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed in one field since it was approved last."""

    label: str
    pieces: list[Piece]


def draft_lines(session: Session, drafts: Iterable[Draft]) -> list[DraftLine]:
    """Drafts as lists show them."""
    found = list(drafts)
    names = named(session, {actor for draft in found for actor in (draft.author, draft.approver) if actor})
    return [
        DraftLine(draft, titled(draft), names[draft.author], names.get(draft.approver or "", ""))
        for draft in found
    ]


def named(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Actors of the audit trail as people call them."""
    wanted = set(actors)
    rows = session.execute(select(Contact.pseudonym, Contact.name).where(Contact.pseudonym.in_(wanted)))
    names = {
        "token": "whoever holds ADMIN_TOKEN",
        "local": "somebody at the machine itself",
        "silta": "Silta",
    }
    people = {pseudonym: name or "somebody erased" for pseudonym, name in rows}
    sources = {
        each: f"source {each.removeprefix('source:')}" for each in wanted if each.startswith("source:")
    }
    return {each: (names | people | sources).get(each, each) for each in wanted}


def details_of(draft: Draft) -> Details | None:
    """What an item or an announcement says; None for a letter, and for what cannot be read."""
    try:
        return Details.model_validate(draft.content["details"])
    except (KeyError, ValidationError):
        return None


def goes_out(session: Session, house: House, draft: Draft) -> str:
    """To whom it would go and when, as a sentence."""
    zone = house.settings.zone
    if draft.kind == "letter":
        letter = session.get(Letter, draft.subject_id)
        return (
            spoken_letter(
                count_readers(session),
                letter.send_at or sending_time(LetterContent.of(letter), zone),
                zone,
                house.settings.delivery_mode,
            )
            if letter
            else ""
        )
    details = details_of(draft)
    if details is None:
        return ""
    at = draft.release_at or max(clock.now(), send_at(draft) or clock.now())
    said = forecast(session, details, at, zone)
    later = at > clock.now() + UNDO
    return spoken(said, zone, house.settings.delivery_mode, at if later else None)


def missing_texts(session: Session, house: House, draft: Draft) -> list[str]:
    """What readers will miss: "Swedish text missing for 5 readers"."""
    if draft.kind == "letter" and (letter := session.get(Letter, draft.subject_id)):
        content = LetterContent.of(letter)
        said = written_in(content, supply_of(session, content).items.values())
        return [
            f"{LANGUAGE_NAMES[language]}: {', '.join(lacks)}" for language, lacks in said.items() if lacks
        ]
    details = details_of(draft)
    if details is None:
        return []
    missing = forecast(session, details, clock.now(), house.settings.zone).missing
    lacking = {language: missing[language] for language in LANGUAGES if missing.get(language)}
    return [
        f"{LANGUAGE_NAMES[language]} text missing for {count} {'reader' if count == 1 else 'readers'}"
        for language, count in lacking.items()
    ]


def send_at(draft: Draft) -> datetime | None:
    """When it goes out at the earliest, where that was stated."""
    stated = draft.content.get("send_at")
    return clock.When.parse(stated).begins() if stated else None


def differences(draft: Draft) -> list[Difference]:
    """What changed since the last approval, field by field; nothing when it was never approved."""
    if draft.approved_content is None:
        return []
    before, after = dict(_flat(draft.approved_content)), dict(_flat(draft.content))
    labels = dict.fromkeys([*before, *after])
    return [
        Difference(label, list(_compared(before.get(label, ""), after.get(label, ""))))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _flat(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The content's fields with labels that people read: "Title, Swedish"."""
    if "details" in content:  # its title stands there once more
        content = {**content["details"], "send at": content.get("send_at") or ""}
    for name, value in content.items():
        label = name.replace("_", " ").removesuffix(" at").capitalize()
        if isinstance(value, Mapping):
            for key, inner in value.items():
                yield f"{label}, {LANGUAGE_NAMES.get(key, key)}", _text(inner)
        elif name != "revision":
            yield label, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(each)}" for key, each in value.items() if each not in (None, "", []))
    return (
        ""
        if value is None
        else {True: "yes", False: "no"}.get(value, str(value))
        if isinstance(value, bool)
        else str(value)
    )


def _compared(before: str, after: str) -> Iterator[Piece]:
    """The two texts word by word; line by line when they are long."""
    long = len(before.split()) + len(after.split()) > _WORDS_COMPARED
    one, other = (text.splitlines() if long else text.split() for text in (before, after))
    joint = "\n" if long else " "
    for tag, i, j, k, m in difflib.SequenceMatcher(None, one, other, autojunk=long).get_opcodes():
        if tag == "equal":
            yield Piece("same", joint.join(_shortened(one[i:j])))
            continue
        if j > i:
            yield Piece("old", joint.join(one[i:j]))
        if m > k:
            yield Piece("new", joint.join(other[k:m]))


def _shortened(words: list[str]) -> list[str]:
    return words if len(words) <= 2 * _CONTEXT else [*words[:_CONTEXT], "…", *words[-_CONTEXT:]]
