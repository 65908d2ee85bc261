"""What is planned or was decided beside the notice: hours, answers, reminders, corrections, digests, approval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.clock import When, zone
from bot.planning.case import Case, Reader
from bot.planning.hours import Hours
from bot.planning.reminder_rows import OTHER_STEPS
from bot.store.deliveries import Delivery
from bot.store.digests import DigestRun
from bot.store.drafts import Draft
from bot.store.plans import Reminder

ANSWER_LIMIT = 200
"""Characters of a medium's own answer that are shown."""

_APPROVAL = {
    "draft": "is being written by {author}",
    "waiting": "waits for the approval of another person than {author}",
    "approved": "was approved by {approver}, goes out {release}",
    "released": "was approved by {approver} and released",
    "returned": "was returned to {author}",
    "dropped": "was dropped",
}

_ABOUT = {
    "closes": "deadline",
    "opens": "opening",
    "starts": "start",
    "briefing": "briefing",
    "personal": "moment",
}


def shown(at: datetime, zone_name: str) -> str:
    """An instant as the person it is about sees it: "Tue 2026-11-24 12:00 Europe/Helsinki"."""
    return f"{at.astimezone(zone(zone_name)):%a %Y-%m-%d %H:%M} {zone_name}"


def approval(drafts: Sequence[Draft], zone_name: str) -> Iterator[str]:
    """Where an item is that two people look at before anybody is told."""
    for draft in drafts:
        said = _APPROVAL[draft.state].format(
            author=draft.author,
            approver=draft.approver or "nobody",
            release=shown(draft.release_at, zone_name) if draft.release_at else "when it is released",
        )
        yield f"draft {draft.id}: {said}{f' ({draft.note})' if draft.note else ''}"


def hours(reader: Reader, now: datetime) -> str:
    """The reader's sending hours, and whether they are open."""
    kept = Hours.parse(reader.hours)
    if kept.first is None:
        return f"hours: always, in {kept.zone}"
    opens = kept.opens(now)
    state = "open now" if opens <= now else f"closed now, they open {shown(opens, kept.zone)}"
    return f"hours: working days {kept.first}-{kept.last} in {kept.zone}, {state}"


def mute(case: Case, zone_name: str) -> str:
    """Whether the item is muted, and by whom."""
    row = case.mute
    if row is None:
        return "mute: not muted"
    by = "the contact" if row.contact_id is not None else f"the lead of {row.city} for the whole city"
    return f"mute: muted by {by}, {shown(row.made_at, zone_name)}"


def answer(case: Case, zone_name: str) -> str:
    """What the person answered, and what follows for their reminders."""
    row = case.answer
    if row is None:
        return "answer: none yet, so reminders come"
    follows = "asked to be reminded all the same" if row.remind else "so no more reminders"
    return f"answer: {row.answer} by {row.by}, {shown(row.answered_at, zone_name)}, {follows}"


def reminders(case: Case, reader: Reader, zone_name: str) -> Iterator[str]:
    """The ladder, the item's reminders that are on it, and those the person asked for."""
    steps = reader.ladder.strip(",").replace(",", ", ")
    yield f"ladder: {f'{steps} days before' if steps else 'none, so no reminders'}"
    left_out = 0
    for row in case.reminders:
        if row.contact_id is not None:
            yield f"own reminder {row.id}: {row.state}, {shown(row.due_at, zone_name)}"
        elif on_ladder(row, reader):
            yield f"reminder {row.id}: {row.state}, {_rung(row, zone_name)}"
        else:
            left_out += 1
    if left_out:
        yield f"other reminders: {left_out} on days that are not on the ladder"


def on_ladder(row: Reminder, reader: Reader) -> bool:
    """Whether the person's ladder has a step of a reminder's day."""
    if row.about in OTHER_STEPS:
        return bool(reader.ladder)
    return any(f",{step}," in reader.ladder for step in row.steps.split(",") if step)


def _rung(row: Reminder, zone_name: str) -> str:
    moment = When.parse(row.moment)
    before = " and ".join(_before(int(step)) for step in row.steps.split(",") if step)
    told = moment.isoformat() if moment.day else shown(moment.begins(), zone_name)
    return f"{row.fire_on:%a %Y-%m-%d} at 9, {before} the {_ABOUT[row.about]} ({told})"


def _before(step: int) -> str:
    return f"{step} day{'' if step == 1 else 's'} before" if step else "the day of"


def correction(case: Case, zone_name: str) -> Iterator[str]:
    """Whether those who were told will hear of a change."""
    row = case.correction
    if row is not None and row.due_at is not None:
        yield f"correction: it changed, who was told hears of it {shown(row.due_at, zone_name)} if it stays as it is"
    elif row is not None and row.told_at is not None:
        yield f"correction: who was told heard of the change {shown(row.told_at, zone_name)}"


def flood(case: Case) -> Iterator[str]:
    """Whether it came with too many others."""
    if any(row.gathered for row in case.fanouts):
        yield "flood guard: its source brought too many at once, so it waits for one digest of them all"


def next_digest(reader: Reader, now: datetime) -> Iterator[str]:
    """When the reader's next digest is made, if they get one."""
    zone_name = reader.hours.partition(" ")[0]
    if reader.digest_at is not None:
        due = "due" if reader.digest_at <= now else "next"
        yield f"digest: {due} {shown(reader.digest_at, zone_name)}"


def came_of(
    delivery: Delivery, carrier: tuple[Delivery, DigestRun | None] | None, now: datetime, zone_name: str
) -> str:
    """What became of a delivery: until when it is held, the digest that told it, or how sending went."""
    head = f"delivery {delivery.id}: {delivery.purpose} of revision {delivery.revision}"
    if carrier is not None:
        digest, run = carrier
        which = f", part of the {run.rhythm} digest of {run.closes}" if run else ""
        return f"{head}, digested in delivery {digest.id}{which}, state {digest.state}{_settled(digest, zone_name)}"
    if delivery.state == "held":
        return f"{head}, held for the {delivery.rhythm} digest"
    due = shown(delivery.due_at, zone_name)
    if delivery.state == "queued" and delivery.due_at > now:
        return f"{head}, by {delivery.sender}, held until {due}"
    tries = f"{delivery.attempts} attempt{'' if delivery.attempts == 1 else 's'}"
    doubts = f", {delivery.doubts} in doubt" if delivery.doubts else ""
    said = f", answer {_answer(delivery)}" if delivery.ref else ""
    error = f", error: {delivery.error}" if delivery.error else ""
    settled = _settled(delivery, zone_name)
    return f"{head}, {delivery.state} by {delivery.sender}, due {due}, {tries}{doubts}{settled}{said}{error}"


def _settled(delivery: Delivery, zone_name: str) -> str:
    return f", settled {shown(delivery.settled_at, zone_name)}" if delivery.settled_at else ""


def _answer(delivery: Delivery) -> str:
    said = ", ".join(f"{name} {value}" for name, value in (delivery.ref or {}).items())
    return " ".join(said.split())[:ANSWER_LIMIT]
