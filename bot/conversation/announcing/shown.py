"""A draft as somebody looks at it in a chat: how it reads, whom it reaches, what changed, what may be done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, words
from bot.approval.announcements import gone_out
from bot.approval.content import details_of, send_at
from bot.approval.differences import differences
from bot.approval.drafts import titled
from bot.approval.files import FileLink
from bot.approval.release import spoken_note
from bot.contracts import LANGUAGES, Details, Language, Message
from bot.contracts.announcing import Act, Seen
from bot.conversation.announcing.labels import labels
from bot.network import Network
from bot.planning.alerts import WATCHERS
from bot.planning.reach import reach, reach_lines, soon
from bot.planning.spoken import moment
from bot.planning.wording import compose
from bot.store.contacts import Contact
from bot.store.drafts import Draft

_STATES = {
    "draft": "Draft: it is being written.",
    "waiting": "It waits for approval.",
    "approved": "Approved: it goes out when its time has come.",
    "released": "It has gone out.",
    "returned": "Given back: its author has to change something.",
    "dropped": "Dropped: it will not go out.",
}

CORRECTS = "This corrects an announcement that has gone out; until then it stands as it is."
_REPEATED = {
    "weekly": "It is repeated every week, after an approval each time.",
    "monthly": "It is repeated every month, after an approval each time.",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """What the installation decides. `url` is its public address; `live`: messages really leave."""

    network: Network
    zone: str
    url: str
    file_link: FileLink
    four_eyes: bool = True
    live: bool = True


def seen(session: Session, rules: Rules, viewer: Contact, draft: Draft, done: str = "") -> Seen:
    """A draft as this coordinator sees it."""
    language = viewer.language
    details = details_of(draft)
    return Seen(
        language=language,
        words=labels(language),
        zone=viewer.timezone or rules.zone,
        draft=draft.id,
        version=draft.version,
        title=titled(draft),
        messages=readings(details, rules.network) if details else (),
        done=done,
        lines=tuple(_lines(session, rules, viewer, draft, details)),
        changed=tuple(
            (each.label, tuple((piece.kind, piece.text) for piece in each.pieces))
            for each in differences(draft, language, rules.network, viewer.timezone or rules.zone)
        ),
        acts=tuple(_acts(session, rules, viewer, draft)),
        goes_at=draft.release_at if draft.state == "approved" else None,
    )


def readings(details: Details, network: Network) -> tuple[Message, ...]:
    """How it reads in each language: also where a text is missing, since that is what a reader will see."""
    return tuple(compose(details, language, network) for language in LANGUAGES)


def when_lines(at: datetime, language: Language, zone: str, own: str) -> Iterator[str]:
    """When it goes out, in the network's zone, and in the author's own where that differs."""
    if at <= clock.now():  # what is corrected had its time
        return
    yield words.gettext(language, "Not before {moment}.", moment=moment(clock.When.parse(at), language))
    local = at.astimezone(clock.zone(own))
    if local.utcoffset() != at.astimezone(clock.zone(zone)).utcoffset():
        yield words.gettext(
            language, "For you that is {time} ({zone}).", time=soon(at, language, own), zone=own
        )


def _lines(
    session: Session, rules: Rules, viewer: Contact, draft: Draft, details: Details | None
) -> Iterator[str]:
    language = viewer.language
    zone = viewer.timezone or rules.zone
    state = gone_out(session, draft)
    if state == "withdrawn":
        yield words.gettext(language, "It was withdrawn.")
        return
    yield words.gettext(language, _STATES[draft.state])
    if state == "published" and draft.state != "released":
        yield words.gettext(language, CORRECTS)
    if author := session.scalar(select(Contact.name).where(Contact.pseudonym == draft.author)):
        yield words.gettext(language, "Written by {name}.", name=author)
    if draft.content.get("repeat") in _REPEATED:
        yield words.gettext(language, _REPEATED[draft.content["repeat"]])
    if draft.note:
        yield words.gettext(language, "Note: {note}", note=spoken_note(draft.note, language))
    if draft.expires_at:
        said = moment(clock.When.parse(draft.expires_at), language)
        yield words.gettext(language, "It waits until {moment}.", moment=said)
    if draft.state in {"released", "dropped"} or details is None:
        return
    if at := send_at(draft):
        yield from when_lines(at, language, rules.zone, zone)
    out = draft.release_at or max(clock.now(), at or clock.now())
    told = draft.subject_id if state == "published" else None
    yield from reach_lines(reach(session, details, out, rules.zone, told), language, zone)
    if not rules.live:
        yield words.gettext(language, "This installation does not send to everybody: it is not in live mode.")


def _acts(session: Session, rules: Rules, viewer: Contact, draft: Draft) -> Iterator[Act]:
    if viewer.role not in WATCHERS:
        return
    own = draft.author == viewer.pseudonym
    written = draft.kind == "announcement"
    state = gone_out(session, draft)
    if draft.state == "waiting" and (not own or not rules.four_eyes):
        yield "approve"
    if draft.state == "approved":
        yield "undo"
    if draft.state in {"waiting", "approved"} and not own:
        yield "return"
    if draft.state in {"draft", "returned"}:
        yield "submit"
    if draft.state in {"waiting", "approved"} and own:
        yield "take_back"
    if draft.state not in {"released", "dropped"}:
        yield "drop"
    if written and state == "published":
        yield "withdraw"
