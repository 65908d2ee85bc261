"""The form of an announcement: what it shows, and what it says when it comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from bot import clock
from bot.contracts import BODY_LIMIT, KINDS, LANGUAGES, TITLE_LIMIT, Details
from bot.network import Network
from bot.web import prose
from bot.web.pages import typed

MOMENTS = ("starts_at", "closes_at", "send_at")
"""Moments that the form asks for: each a date and, if it has one, a time in the house's zone."""

SEND_HOUR = time(9, 0)
"""When something goes out that has a day to go out on and no time."""


@dataclass
class Form:
    """What was typed, and what is wrong with it, by field."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What stands in a field."""
        return str(self.values.get(name, ""))

    def has(self, name: str, value: str) -> bool:
        """Whether a value is ticked."""
        return value in self.values.get(name, ())


def filled(content: Mapping[str, Any], zone: str) -> Form:
    """The form of a draft that is edited."""
    details = content.get("details", {})
    values: dict[str, Any] = {
        "kind": details.get("kind", "announcement"),
        "url": details.get("url") or "",
        "location": details.get("location") or "",
        "visibility": details.get("visibility", "network"),
        "urgent": details.get("urgent", False),
        "cities": list(details.get("cities", ())),
        "topics": list(details.get("topics", ())),
    }
    for language in LANGUAGES:
        values[f"title_{language}"] = details.get("title", {}).get(language, "")
        values[f"body_{language}"] = details.get("body", {}).get(language, "")
    for name in MOMENTS:
        stated = content.get(name) if name == "send_at" else details.get(name)
        if stated:
            when = clock.When.parse(stated)
            local = when.at.astimezone(clock.zone(zone)) if when.at else None
            values[f"{name}_day"] = local.date().isoformat() if local else str(when.day)
            values[f"{name}_time"] = f"{local:%H:%M}" if local else ""
    return Form(values)


def read(sent: MultiDict[str, str], network: Network, zone: str) -> tuple[Form, dict[str, Any] | None]:
    """What the form says: itself, and the draft's content; None with the form's faults when it cannot be kept."""
    form = Form({name: typed(value) for name, value in sent.items()})
    form.values["urgent"] = "urgent" in sent
    for name, known in (
        ("cities", {city.slug for city in network.cities}),
        ("topics", {topic.slug for topic in network.topics}),
    ):
        form.values[name] = [slug for slug in sent.getlist(name) if slug in known]
    moments = {name: _moment(form, name, zone) for name in MOMENTS}
    _check(form, moments)
    if form.faults:
        return form, None
    try:
        details = Details.model_validate(_details(form, moments))
    except ValidationError as fault:  # what the checks above did not foresee
        form.faults["form"] = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors()
        )
        return form, None
    content: dict[str, Any] = {
        "title": dict(details.title),
        "details": details.model_dump(mode="json", exclude_defaults=True),
    }
    if send_at := moments["send_at"]:
        at = send_at.at or datetime.combine(send_at.day or date.min, SEND_HOUR, clock.zone(zone))
        content["send_at"] = clock.When.parse(at).isoformat()
    return form, content


def _details(form: Form, moments: Mapping[str, clock.When | None]) -> dict[str, Any]:
    return {
        "kind": form.get("kind"),
        "title": {each: form.get(f"title_{each}") for each in LANGUAGES if form.get(f"title_{each}")},
        "body": {each: form.get(f"body_{each}") for each in LANGUAGES if form.get(f"body_{each}")},
        "url": form.get("url") or None,
        "location": form.get("location") or None,
        "visibility": form.get("visibility"),
        "urgent": form.values["urgent"],
        "cities": form.values["cities"],
        "topics": form.values["topics"],
        "starts_at": moments["starts_at"],
        "closes_at": moments["closes_at"],
    }


def _check(form: Form, moments: Mapping[str, clock.When | None]) -> None:
    faults = form.faults
    if form.get("kind") not in KINDS:
        faults["kind"] = "Choose what it is."
    if form.get("visibility") not in {"network", "public"}:
        faults["visibility"] = "Choose who may see it."
    if not any(form.get(f"title_{language}") for language in LANGUAGES):
        faults["title_fi"] = "It needs a title, at least in one language."
    for language in LANGUAGES:
        if len(form.get(f"title_{language}")) > TITLE_LIMIT:
            faults[f"title_{language}"] = f"A title has at most {TITLE_LIMIT} characters."
        if len(form.get(f"body_{language}")) > BODY_LIMIT:
            faults[f"body_{language}"] = f"A text has at most {BODY_LIMIT} characters."
        if form.get(f"body_{language}") and not form.get(f"title_{language}"):
            faults.setdefault(f"title_{language}", "This language has a text, so it needs a title too.")
    if form.get("url") and not prose.web_link(form.get("url")):
        faults["url"] = "An address begins with https:// or http://."
    if form.get("kind") == "event" and not form.get("starts_at_day"):
        faults.setdefault("starts_at", "When does the event begin?")
    for name in ("closes_at", "starts_at"):
        moment = moments[name]
        if moment is not None and moment.ends() <= clock.now():
            faults.setdefault(name, "That has passed.")


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
