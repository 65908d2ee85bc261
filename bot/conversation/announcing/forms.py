"""What stands in a form, between two looks at it: fields of other tabs, and the draft that it led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot import clock, words
from bot.approval.file_kinds import NAME_LIMIT, Unfit
from bot.approval.files import MOST_FILES, FileLink, Looked, looked_at, take_in
from bot.approval.writing import MOMENTS, TEXTS, Form, content_of, stated
from bot.contracts import BODY_LIMIT, KINDS, ROLES, TITLE_LIMIT, Details, Language
from bot.contracts.announcing import Sheet, Upload
from bot.network import Network
from bot.store.chats import ChatForm
from bot.store.db import insert_into
from bot.store.drafts import Draft

KEPT = timedelta(days=7)
BARE_DAY = len("2027-01-15")


def fields_of(content: Mapping[str, Any]) -> dict[str, Any]:
    """All fields of a draft's form; moments as ISO text, links a line each."""
    values = stated(content)
    details = content.get("details", {})
    for name in MOMENTS:
        values[name] = (content if name == "send_at" else details).get(name) or ""
    values["links"] = "\n".join(f"{link['url']} {link.get('label', '')}".strip() for link in values["links"])
    return values


def merged(session: Session, sheet: Sheet, draft: Draft | None) -> dict[str, Any]:
    """Everything that was typed: the draft, then what is kept of other tabs, then what is shown.

    A moment that is a bare date cannot be shown in a chat: it stays unless another is chosen.
    """
    row = session.get(ChatForm, sheet.form)
    values = fields_of(draft.content if draft else {})
    bare = {name: values[name] for name in MOMENTS if len(values[name]) == BARE_DAY}
    values |= row.fields if row else {}
    values |= dict(sheet.values)
    kept = values.pop("kept", None)
    if kept is not None:
        values["files"] = [each for each in values["files"] if each["key"] in kept]
    return values | {name: day for name, day in bare.items() if not values[name]}


def keep(
    session: Session, sheet: Sheet, filler: str, values: Mapping[str, Any], draft_id: int | None = None
) -> None:
    """Keep what stands in a form. Forms of a week ago are forgotten."""
    now = clock.now()
    made = {
        "key": sheet.form, "filler": filler, "fields": dict(values), "draft_id": draft_id, "created_at": now,
    }  # fmt: skip
    later = {"fields": made["fields"]} | ({"draft_id": draft_id} if draft_id else {})
    new = insert_into(session, ChatForm).values(made)
    session.execute(new.on_conflict_do_update(index_elements=["key"], set_=later))
    session.execute(delete(ChatForm).where(ChatForm.created_at < now - KEPT))


def led_to(session: Session, sheet: Sheet, filler: str, values: Mapping[str, Any]) -> int | None:
    """Keep a form that is handed in, locked until the commit; returns the draft that it already led to."""
    keep(session, sheet, filler, values)
    row = session.get_one(ChatForm, sheet.form, with_for_update=True, populate_existing=True)
    return row.draft_id


def checked(values: Mapping[str, Any], network: Network, zone: str) -> tuple[Form, dict[str, Any] | None]:
    """The form, and the draft's content; None with the form's faults when it cannot be kept."""
    form = Form({**values, "links": _links(str(values.get("links") or ""))})
    moments = {name: clock.When.parse(values[name]) if values.get(name) else None for name in MOMENTS}
    return form, content_of(form, moments, network, zone)


def look_at_all(uploads: Sequence[Upload]) -> tuple[list[Looked], dict[str, str]]:
    """The files that may be taken, and what is wrong with the others, by their names (msgids)."""
    good: list[Looked] = []
    bad: dict[str, str] = {}
    for each in uploads[:MOST_FILES]:
        try:
            if each.body is None:
                raise Unfit("Slack did not give it out: choose it again, or tell an administrator.")
            good.append(looked_at(each.name, each.body))
        except Unfit as fault:
            bad[each.name[:NAME_LIMIT]] = str(fault)
    return good, bad


def with_files(
    session: Session,
    link: FileLink,
    values: dict[str, Any],
    good: Sequence[Looked],
    bad: Mapping[str, str],
) -> dict[str, Any]:
    """All that stands in the form with the files that were chosen; `round` counts how often some were."""
    new = [each.model_dump(mode="json") for each in take_in(session, link, good)]
    files = {each["key"]: each for each in [*values["files"], *new]}
    return values | {"files": list(files.values()), "round": values.get("round", 0) + bool(good or bad)}


def unfit_words(language: Language, unfit: Mapping[str, str]) -> dict[str, str]:
    """The fault of the field for files, with each by its name, which is no msgid."""
    said = [f"{name}: {words.gettext(language, fault)}" for name, fault in unfit.items()]
    return {"upload": " ".join(said)} if said else {}


def sketch(values: Mapping[str, Any], network: Network, tab: Language) -> Details:
    """What can be told from a form that is not complete yet, so that its readers can be counted."""
    form = Form(dict(values))
    titles = {each: form.get(title).strip()[:TITLE_LIMIT] for each, (title, _) in TEXTS.items()}
    bodies = {each: form.get(body)[:BODY_LIMIT] for each, (_, body) in TEXTS.items() if form.get(body)}
    said = {each: title for each, title in titles.items() if title or each in bodies}
    kind = form.get("kind")
    moments = {name: values[name] for name in ("closes_at", "starts_at") if values.get(name)}
    return Details.model_validate(
        {
            "kind": kind if kind in KINDS else "announcement",
            "title": {each: title or "–" for each, title in said.items()} or {tab: "–"},
            "body": bodies,
            "cities": [city.slug for city in network.cities if form.has("cities", city.slug)],
            "topics": [topic.slug for topic in network.topics if form.has("topics", topic.slug)],
            "roles": [role for role in ROLES if form.has("roles", role)],
            "urgent": bool(values.get("urgent")),
            **moments,
        }
    )


def _links(text: str) -> list[dict[str, str]]:
    lines = [line.strip().split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [{"url": line[0], "label": line[1] if len(line) > 1 else ""} for line in lines]
