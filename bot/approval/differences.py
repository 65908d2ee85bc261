"""What changed since the last approval, word by word, field by field, in the words of whoever looks."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from bot import words
from bot.clock import When
from bot.contracts import LANGUAGES, Details, Language
from bot.contracts.words import LANGUAGE_NAMES
from bot.network import Network
from bot.planning.facts import facts
from bot.planning.wording import LABELS
from bot.store.drafts import Draft

VISIBILITY = {
    "network": "The network only",
    "public": "Everybody: also the archive, feeds and calendars",
}
REPEAT = {"": "Not repeated", "weekly": "Every week", "monthly": "Every month"}

_WORDS_COMPARED = 1_500
_CONTEXT = 8


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


def differences(draft: Draft, language: Language, network: Network, zone: str) -> list[Difference]:
    """What would change for its readers, field by field; nothing when it was never approved.

    It is compared with what has gone out, or else with what was approved last. `zone` is that of its moments.
    """
    known = draft.told_content or draft.approved_content
    if known is None:
        return []
    before, after = (dict(_fields(each, language, network, zone)) for each in (known, draft.content))
    labels = dict.fromkeys([*before, *after])
    return [
        Difference(label, list(_compared(before.get(label, ""), after.get(label, ""))))
        for label in labels
        if before.get(label, "") != after.get(label, "")
    ]


def _fields(
    content: Mapping[str, Any], language: Language, network: Network, zone: str
) -> Iterator[tuple[str, str]]:
    """What it says as people read it, by label: "Title, Swedish" and so on."""
    said = _of_letter if "details" not in content else _of_item
    for msgid, tongue, text in said(content, language, network, zone):
        label = words.gettext(language, msgid)
        of = words.gettext(language, LANGUAGE_NAMES[tongue]) if tongue else ""
        yield (f"{label}, {of}" if of else label), text


_Field = tuple[str, Language | None, str]
"""A label's msgid, the language that the text is in, the text."""


def _of_item(content: Mapping[str, Any], language: Language, network: Network, zone: str) -> Iterator[_Field]:
    try:
        details = Details.model_validate(content["details"])
    except ValidationError:  # kept by another version
        return
    yield from _texts({"Title": details.title, "Text": details.body})
    yield "What it is", None, words.gettext(language, LABELS[details.kind])
    told: dict[str, list[str]] = {}
    for fact in facts(details, language, network):
        told.setdefault(fact.label, []).append(fact.when.spoken(language, zone) if fact.when else fact.text)
    for label, values in told.items():
        yield label, None, "; ".join(values)
    topics = {topic.slug: topic.labels[language] for topic in network.topics}
    yield "Topics", None, ", ".join(topics.get(slug, slug) for slug in details.topics)
    yield "Link", None, details.url or ""
    yield "Links", None, "; ".join(" ".join((link.url, link.label)) for link in details.links)
    named = (f"{file.name} ({file.alt})" if file.alt else file.name for file in details.files)
    yield "Pictures and files", None, "; ".join(named)
    yield "Urgent", None, words.gettext(language, "Yes" if details.urgent else "No")
    yield "Who may see it", None, words.gettext(language, VISIBILITY[details.visibility])
    yield "Not before", None, When.parse(at).spoken(language, zone) if (at := content.get("send_at")) else ""
    yield "Repeat", None, words.gettext(language, REPEAT[content.get("repeat") or ""])


def _of_letter(content: Mapping[str, Any], language: Language, _: Network, zone: str) -> Iterator[_Field]:
    yield from _texts({"Title": content.get("title") or {}, "Text": content.get("opening") or {}})
    called = {each["key"]: each["titles"].get(language, each["key"]) for each in content.get("sections", ())}
    yield "Sections", None, "; ".join(called.values())
    placed: dict[str, list[str]] = {}
    for entry in content.get("entries", ()):
        if not entry.get("out"):
            placed.setdefault(entry["section"], []).append(f"#{entry['item_id']}")
    rows = (f"{called.get(key, key)}: {', '.join(items)}" for key, items in placed.items())
    yield "Items", None, "; ".join(rows)
    if at := content.get("send_at"):
        yield "Not before", None, When.parse(at).spoken(language, zone)


def _texts(texts: Mapping[str, Mapping[Language, str]]) -> Iterable[_Field]:
    return [(name, each, said[each]) for name, said in texts.items() for each in LANGUAGES if each in said]


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
