"""The form of an announcement on a page: what it shows, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage, MultiDict

from bot import clock
from bot.approval.file_kinds import NAME_LIMIT, Unfit
from bot.approval.files import (
    ALL_LIMIT,
    FILE_LIMIT,
    MOST_FILES,
    FileLink,
    Looked,
    known,
    looked_at,
    take_in,
)
from bot.approval.writing import MOMENTS, Form, content_of, stated
from bot.contracts import Enclosure
from bot.network import Network
from bot.web.pages import typed

UPLOAD_LIMIT = ALL_LIMIT + 2 * 1024 * 1024
"""Bytes of a form with files: all that they may be together, and the texts."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Files that were chosen in a form and may be taken; and those that may not, each with the reason (a msgid)."""

    good: Sequence[Looked] = ()
    bad: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """The files that a form has, and what is wrong with those that were not taken."""

    files: Sequence[Enclosure]
    faults: Sequence[str]


def look_at(uploads: Iterable[FileStorage]) -> Chosen:
    """Look at what was chosen, before any transaction: that takes its time."""
    good, bad = [], []
    for place, each in enumerate(uploads):
        with closing(each):
            try:
                if each.filename and place < MOST_FILES:
                    good.append(looked_at(each.filename, each.read(FILE_LIMIT + 1)))
            except Unfit as fault:
                bad.append(((each.filename or "")[:NAME_LIMIT], str(fault)))
    return Chosen(good, bad)


def keep(session: Session, link: FileLink, keys: Sequence[str], chosen: Chosen) -> list[Enclosure]:
    """The files of a form: those that it had, by their keys, and what was chosen, which is kept at once.

    So nothing has to be chosen again where something else is wrong.
    """
    files = known(session, link, keys) + take_in(session, link, chosen.good)
    return list({each.key: each for each in files}.values())


def filled(content: Mapping[str, Any], zone: str) -> Form:
    """The form of a draft that is edited."""
    values = stated(content)
    for name in MOMENTS:
        said = content.get(name) if name == "send_at" else content.get("details", {}).get(name)
        if said:
            when = clock.When.parse(said)
            local = when.at.astimezone(clock.zone(zone)) if when.at else None
            values[f"{name}_day"] = local.date().isoformat() if local else str(when.day)
            values[f"{name}_time"] = f"{local:%H:%M}" if local else ""
    return Form(values)


def read(
    sent: MultiDict[str, str],
    taken: Taken,
    network: Network,
    zone: str,
    before: Mapping[str, Any] | None = None,
) -> tuple[Form, dict[str, Any] | None]:
    """What the form says: itself, and the draft's content; None with the form's faults when it cannot be kept.

    What the page does not ask for (links, how often it is repeated) stays as it was `before`.
    """
    kept = {name: stated(before or {})[name] for name in ("links", "repeat")}
    form = Form(kept | {name: typed(value) for name, value in sent.items()})
    form.values["urgent"] = "urgent" in sent
    for name in ("cities", "topics", "roles"):
        form.values[name] = sent.getlist(name)
    form.values["files"] = [each.model_dump(mode="json") for each in taken.files]
    pictures = [each.key for each in taken.files if each.is_picture]
    form.values["alts"] = "\n".join(" ".join(sent.get(f"alt_{key}", "").split()) for key in pictures)
    for fault in taken.faults:
        form.fault("files", fault)
    moments = {name: _moment(form, name, zone) for name in MOMENTS}
    return form, content_of(form, moments, network, zone)


def _moment(form: Form, name: str, zone: str) -> clock.When | None:
    """A date with or without a time; None when there is none or it cannot be read."""
    day, hour = form.get(f"{name}_day"), form.get(f"{name}_time")
    if not day:
        if hour:
            form.faults[name] = "A time needs a date."
        return None
    try:
        if not hour:
            return clock.When.parse(day)
        local = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), clock.zone(zone))
        return clock.When.parse(local)
    except ValueError:
        form.faults[name] = "Write it as 2027-01-15 and 16:15."
        return None
