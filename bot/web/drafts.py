"""Drafts as pages show them: by whom, since when, to whom they would go, and what changed since the approval."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.approval import UNDO
from bot.approval.announcements import gone_out
from bot.approval.content import details_of, send_at
from bot.approval.drafts import titled
from bot.contracts import LANGUAGES
from bot.contracts.words import LANGUAGE_NAMES
from bot.letters.composing import supply_of, written_in
from bot.letters.content import LetterContent
from bot.letters.release import sending_time
from bot.planning.forecast import forecast
from bot.planning.letter_readers import count_readers
from bot.planning.reach import reach, reach_lines
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


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A draft in a list."""

    draft: Draft
    title: str
    author: str
    approver: str


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
        "network": "the network, which repeats it",
    }
    people = {pseudonym: name or "somebody erased" for pseudonym, name in rows}
    sources = {
        each: f"source {each.removeprefix('source:')}" for each in wanted if each.startswith("source:")
    }
    return {each: (names | people | sources).get(each, each) for each in wanted}


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
    if gone_out(session, draft) == "published":
        found = reach(session, details, at, zone, draft.subject_id)
        return "; ".join(reach_lines(found, "en", zone))
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
