"""What changed since the last approval, word by word, field by field."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bot.contracts import Language
from bot.store.drafts import Draft

LANGUAGE_NAMES: Mapping[Language, str] = {"fi": "Finnish", "sv": "Swedish", "en": "English"}

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
        content = {
            **content["details"],
            "send at": content.get("send_at") or "",
            "repeat": content.get("repeat") or "",
        }
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
