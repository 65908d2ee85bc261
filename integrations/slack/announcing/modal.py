"""The modal in which an announcement is written: a tab a language, the fields, and whom it reaches.

https://docs.slack.dev/surfaces/modals; what is shown of a field is Slack's as long as the field stays, so each
language has fields of its own name, and the house keeps what stands in those that are not shown.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from bot.contracts import LANGUAGES, Language
from bot.contracts.announcing import Sheet, Sorry, Writing
from integrations.slack.announcing.fields import TEXT, files, moment, select, several, text, tick, typed
from integrations.slack.elements import Block, context, marked, plain, section
from integrations.slack.plain import escape, shorten, size

FORM = "announce.form"
TAB = "announce.tab"
PREVIEW = "announce.preview"
SAVE = "announce.save"
UPLOAD = "upload"
TITLE_MOST = 500
_TITLE = 24


def form_view(writing: Writing) -> Block:
    """The modal as it stands. Its version and tab travel in `private_metadata`."""
    words = [writing.words[name] for name in ("reading", "not_read", "close", "back")]
    said = {"draft": writing.draft, "version": writing.version, "tab": writing.tab, "words": words}
    return modal(
        writing.words["write"],
        [*_head(writing), *_texts(writing), *_choices(writing), *_foot(writing)],
        callback_id=FORM,
        submit=writing.words["forward"],
        close=writing.words["close"],
        said=said,
    )


def sorry_view(sorry: Sorry, close: str = "OK") -> Block:
    """A modal that says why something was not done."""
    return modal(sorry.title, [section(escape(sorry.text))], callback_id="announce.sorry", close=close)


def sheet(view: Mapping[str, Any], team: str) -> Sheet:
    """What stands in a modal that came back. The view's id is the same however often it is handed in."""
    said = metadata(view)
    tab: Language = next((each for each in LANGUAGES if each == said.get("tab")), "fi")
    values = typed(view)
    values.pop(UPLOAD, None)
    return Sheet(f"{team}:{view['id']}", tab, int(said.get("draft", 0)), int(said.get("version", 0)), values)


def busy_view(view: Mapping[str, Any], name: str, *, back: bool, failed: bool = False) -> Block:
    """What stands in the place of a form, or on top of it, while its files are read; or that they could not be.

    What travels in the form travels in it, so that pressing its tab leads `back`. `name` is its `external_id`.
    """
    said = metadata(view)
    reading, not_read, close, label = list(said.get("words") or ()) or ["…", "…", "OK", "OK"]
    shown = [section(escape(not_read if failed else reading))]
    if back:
        tab = said.get("tab", "fi")
        button = {"type": "button", "action_id": f"{TAB}.{tab}", "value": tab, "text": plain(label)}
        shown.append({"type": "actions", "block_id": "back", "elements": [button]})
    leave = close if back else label
    made = modal(view["title"]["text"], shown, callback_id="announce.busy", close=leave, said=said)
    return made | {"external_id": name}


def metadata(view: Mapping[str, Any]) -> dict[str, Any]:
    """What a view of ours carries with it."""
    try:
        said = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def errors(writing: Writing) -> dict[str, str]:
    """The faults by block: those of fields that are not shown stand below the title."""
    shown = {block["block_id"] for block in form_view(writing)["blocks"] if block["type"] == "input"}
    found: dict[str, list[str]] = {}
    for name, fault in writing.faults.items():
        place = name if name in shown else _in_this_tab(name, writing)
        if place in shown:
            found.setdefault(place, []).append(fault)
        else:
            found.setdefault(f"title_{writing.tab}", []).append(f"{_called(name, writing)}: {fault}")
    return {name: " ".join(faults) for name, faults in found.items()}


def modal(
    title: str,
    blocks: list[Block],
    *,
    callback_id: str,
    close: str,
    submit: str = "",
    said: Mapping[str, Any] | None = None,
) -> Block:
    """A modal of Slack's."""
    view: Block = {
        "type": "modal", "callback_id": callback_id, "title": plain(shorten(title, _TITLE, escaped=False)),
        "close": plain(shorten(close, _TITLE, escaped=False)), "blocks": blocks[:100],
    }  # fmt: skip
    if submit:
        view["submit"] = plain(shorten(submit, _TITLE, escaped=False))
    return view | ({"private_metadata": json.dumps(said)} if said else {})


def _head(writing: Writing) -> list[Block]:
    tabs = [_tab(each, writing) for each in LANGUAGES]
    notice = [context(escape(writing.notice))] if writing.notice else []
    return [*notice, {"type": "actions", "block_id": "tabs", "elements": tabs}]


def _tab(language: Language, writing: Writing) -> Block:
    written = "✓ " if writing.values.get(f"title_{language}") else ""
    button: Block = {
        "type": "button", "action_id": f"{TAB}.{language}", "value": language,
        "text": plain(written + writing.words[language]),
    }  # fmt: skip
    return button | ({"style": "primary"} if language == writing.tab else {})


def _texts(writing: Writing) -> list[Block]:
    title, body = f"title_{writing.tab}", f"body_{writing.tab}"
    said, name = writing.values, writing.words[writing.tab]
    made = [text(title, f"{writing.words['title']} ({name})", str(said.get(title) or ""), most=TITLE_MOST)]
    return [*made, _whole(writing, body, f"{writing.words['body']} ({name})", hint="body_hint", lines=True)]


def _whole(writing: Writing, name: str, label: str, *, hint: str = "", lines: bool = False) -> Block:
    """A field with all that stands in it. What no field of Slack's holds would be cut, and handed in like that:
    it is not shown, and what is not shown the house keeps as it is."""
    written = str(writing.values.get(name) or "")
    if size(written) > TEXT:
        return section(f"*{escape(label)}*\n{escape(writing.words['too_long'])}")
    return text(name, label, written, lines=lines, hint=writing.words[hint] if hint else "")


def _choices(writing: Writing) -> list[Block]:
    words, said, offered = writing.words, writing.values, writing.choices
    kind = str(said.get("kind") or "announcement")
    made = [
        select("kind", words["kind"], offered["kind"], kind),
        several("cities", words["cities"], offered["cities"], said.get("cities") or (), words["all"]),
        several("topics", words["topics"], offered["topics"], said.get("topics") or (), words["all"]),
        several("roles", words["roles"], offered["roles"], said.get("roles") or (), words["all"]),
        tick("urgent", words["urgent"], words["at_once"], bool(said.get("urgent"))),
        moment("send_at", words["send_at"], str(said.get("send_at") or "")),
    ]
    # What was stated stays in sight when the kind is changed: it would go out unseen.
    asked = {"event": ("starts_at", "closes_at", "location"), "call": ("closes_at",)}.get(kind, ())
    shown = [name for name in ("starts_at", "closes_at", "location") if name in asked or said.get(name)]
    made += [moment(name, words[name], str(said.get(name) or "")) for name in shown if name != "location"]
    if "location" in shown:
        made.append(_whole(writing, "location", words["location"]))
    return [
        *made,
        _count(writing),
        _whole(writing, "url", words["url"]),
        _whole(writing, "links", words["links"], hint="links_hint", lines=True),
        *_files(writing),
        select(
            "visibility", words["visibility"], offered["visibility"], str(said.get("visibility") or "network")
        ),
        select("repeat", words["repeat"], offered["repeat"], str(said.get("repeat") or "")),
    ]


def _files(writing: Writing) -> list[Block]:
    words, there = writing.words, writing.values.get("files") or ()
    options = tuple((each["key"], each["name"]) for each in there)
    kept = [several("kept", words["kept"], options, [key for key, _ in options])] if options else []
    alts = _whole(writing, "alts", words["alts"], hint="alts_hint", lines=True)
    return [
        *kept,
        files(UPLOAD, words["upload"], words["upload_hint"], int(writing.values.get("round") or 0)),
        alts,
    ]


def _count(writing: Writing) -> Block:
    count = "\n".join(f"• {escape(each)}" for each in writing.count) or "–"
    said = f"*{escape(writing.words['count'])}*\n{count}"
    return {"type": "section", "block_id": "count", "text": marked(said)}


def _foot(writing: Writing) -> list[Block]:
    buttons = [
        {"type": "button", "action_id": action, "text": plain(writing.words[name])}
        for action, name in ((PREVIEW, "preview"), (SAVE, "save"))
    ]
    return [{"type": "actions", "block_id": "more", "elements": buttons}]


def _in_this_tab(name: str, writing: Writing) -> str:
    """That a title is missing altogether is said where one can be typed."""
    missing = not any(writing.values.get(f"title_{each}") for each in LANGUAGES)
    return f"title_{writing.tab}" if name.startswith("title_") and missing else name


def _called(name: str, writing: Writing) -> str:
    field, _, language = name.rpartition("_")
    if language in writing.words and field in writing.words:
        return f"{writing.words[field]} ({writing.words[language]})"
    return writing.words.get(name, name)
