"""What an announcement must say before it can be kept: the form's fields, their faults, the draft's content.

The pages and the chat have forms of their own; both hand their fields in here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from pydantic import ValidationError

from bot import clock
from bot.approval.files import ALL_LIMIT, MOST_FILES
from bot.contracts import BODY_LIMIT, KINDS, LANGUAGES, ROLES, TITLE_LIMIT, Details, Language
from bot.network import Network

MOMENTS = ("starts_at", "closes_at", "send_at")
"""Moments that a form asks for: each a date and, if it has one, a time in the house's zone."""

MOST_LINKS, PLACE_LIMIT, ADDRESS_LIMIT, ALT_LIMIT = 20, 300, 3_000, 500
"""How many links, and how many characters a place, an address and a picture's words have at most."""

SEND_HOUR = time(9, 0)
"""When something goes out that has a day to go out on and no time."""

TEXTS: Mapping[Language, tuple[str, str]] = {each: (f"title_{each}", f"body_{each}") for each in LANGUAGES}
"""The fields of the title and the text, by language."""


@dataclass
class Form:
    """What was typed, and what is wrong with it, by field. Faults are msgids in English."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """What stands in a field."""
        return str(self.values.get(name, "") or "")

    def has(self, name: str, value: str) -> bool:
        """Whether a value is ticked."""
        return value in self.values.get(name, ())

    def fault(self, name: str, msgid: str) -> None:
        """Say what is wrong with a field; the first fault of each counts."""
        self.faults.setdefault(name, msgid)


def stated(content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a draft, its moments apart."""
    details = content.get("details", {})
    values: dict[str, Any] = {
        "kind": details.get("kind", "announcement"),
        "url": details.get("url") or "",
        "location": details.get("location") or "",
        "visibility": details.get("visibility", "network"),
        "urgent": details.get("urgent", False),
        "repeat": content.get("repeat", ""),
        **{name: list(details.get(name, ())) for name in ("cities", "topics", "roles", "links", "files")},
    }
    values["alts"] = "\n".join(each.get("alt", "") for each in values["files"] if _is_picture(each))
    for language, (title, body) in TEXTS.items():
        values[title] = details.get("title", {}).get(language, "")
        values[body] = details.get("body", {}).get(language, "")
    return values


def content_of(
    form: Form, moments: Mapping[str, clock.When | None], network: Network, zone: str
) -> dict[str, Any] | None:
    """The draft's content; None, with the form's faults, when it cannot be kept.

    Cities, topics and roles that there are not are left out. `links` are those of files and pictures.
    """
    for name, known in (
        ("cities", {city.slug for city in network.cities}),
        ("topics", {topic.slug for topic in network.topics}),
        ("roles", set(ROLES)),
    ):
        form.values[name] = [slug for slug in form.values.get(name, ()) if slug in known]
    form.values["files"] = list(_described(form))
    _check(form, moments)
    if form.faults:
        return None
    try:
        details = Details.model_validate(_details(form, moments))
    except ValidationError as fault:  # what the checks above did not foresee
        form.faults["form"] = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in fault.errors()
        )
        return None
    content: dict[str, Any] = {
        "title": dict(details.title),
        "details": details.model_dump(mode="json", exclude_defaults=True),
    }
    if send_at := moments.get("send_at"):
        at = send_at.at or datetime.combine(send_at.day or date.min, SEND_HOUR, clock.zone(zone))
        content["send_at"] = clock.When.parse(at).isoformat()
    if form.get("repeat"):
        content["repeat"] = form.get("repeat")
    return content


def _details(form: Form, moments: Mapping[str, clock.When | None]) -> dict[str, Any]:
    return {
        "kind": form.get("kind"),
        "title": {each: form.get(title) for each, (title, _) in TEXTS.items() if form.get(title)},
        "body": {each: form.get(body) for each, (_, body) in TEXTS.items() if form.get(body)},
        "url": form.get("url") or None,
        "location": form.get("location") or None,
        "visibility": form.get("visibility"),
        "urgent": bool(form.values.get("urgent")),
        "cities": form.values["cities"],
        "topics": form.values["topics"],
        "roles": form.values["roles"],
        "links": form.values.get("links") or (),
        "files": form.values["files"],
        "starts_at": moments.get("starts_at"),
        "closes_at": moments.get("closes_at"),
    }


def _is_picture(file: Mapping[str, Any]) -> bool:
    return str(file.get("media_type", "")).startswith("image/")


def _described(form: Form) -> Iterator[dict[str, Any]]:
    """The files, each picture with what it shows: a line each, in their order."""
    lines = iter(form.get("alts").split("\n"))
    for each in form.values.get("files") or ():
        alt = " ".join(next(lines, "").split())[:ALT_LIMIT] if _is_picture(each) else ""
        yield {**each, "alt": alt}


def _check_files(form: Form) -> None:
    files = form.values["files"]
    if len(files) > MOST_FILES:
        form.fault("files", "At most 10 files.")
    if sum(each["size"] for each in files) > ALL_LIMIT:
        form.fault("files", "All files together have at most 10 MB.")
    if any(_is_picture(each) and not each["alt"] for each in files):
        form.fault("alts", "Say in words what each picture shows, a line each: not everybody sees it.")


def _check(form: Form, moments: Mapping[str, clock.When | None]) -> None:
    if form.get("kind") not in KINDS:
        form.fault("kind", "Choose what it is.")
    if form.get("visibility") not in {"network", "public"}:
        form.fault("visibility", "Choose who may see it.")
    if form.values["roles"] and form.get("visibility") == "public":
        form.fault("visibility", "What is for some roles only cannot be public.")
    if form.get("repeat") not in {"", "weekly", "monthly"}:
        form.fault("repeat", "It is repeated weekly, monthly or not at all.")
    if form.get("kind") == "event" and moments.get("starts_at") is None:
        form.fault("starts_at", "When does the event begin?")
    for name in ("closes_at", "starts_at"):
        moment = moments.get(name)
        if moment is not None and moment.ends() <= clock.now():
            form.fault(name, "That has passed.")
    links = [("links", link["url"]) for link in form.values.get("links") or ()]
    if len(links) > MOST_LINKS:
        form.fault("links", "At most 20 links.")
    if len(form.get("location")) > PLACE_LIMIT:
        form.fault("location", "A place has at most 300 characters.")
    for name, url in (("url", form.get("url")), *links):
        if len(url) > ADDRESS_LIMIT:
            form.fault(name, "An address has at most 3000 characters.")
        elif url and not url.lower().startswith(("http://", "https://")):
            form.fault(name, "An address begins with https:// or http://.")
    _check_files(form)
    _check_texts(form)


def _check_texts(form: Form) -> None:
    if not any(form.get(title).strip() for title, _ in TEXTS.values()):
        form.fault("title_fi", "It needs a title, at least in one language.")
    for title, body in TEXTS.values():
        if len(form.get(title)) > TITLE_LIMIT:
            form.fault(title, "A title has at most 500 characters.")
        if len(form.get(body)) > BODY_LIMIT:
            form.fault(body, "A text has at most 50000 characters.")
        if form.get(body) and not form.get(title):
            form.fault(title, "This language has a text, so it needs a title too.")
