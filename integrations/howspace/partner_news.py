"""The news of a workspace's Partner API as reports, and its people as rows: without anything that opens a door."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bot.contracts import BODY_LIMIT, Cursor, Fetched, Report, SourceFault, Surroundings
from integrations.expressions import search
from integrations.field_maps import BY_LANGUAGE, Shape, read
from integrations.howspace.login_links import GONE, Eraser
from integrations.howspace.options import HowspaceOptions
from integrations.howspace.partner import Partner
from integrations.listing import ended, once_each
from integrations.text import cut, markdown, title, whole

_STRICT = frozenset(
    {
        "kind", "language", "cities", "topics", "councils", "roles", "visibility", "stated_state", "cutoffs",
        "opens_at", "closes_at", "second_stage_at", "briefing_at", "starts_at", "ends_at",
    }
)  # fmt: skip
"""Fields that take nothing but a moment or a known word: no secret fits into them."""

_MOST_PEOPLE = 20_000
_MOST_TEXTS = 500


class HowspaceSource:
    """Asks a workspace for its news (`bot.contracts.Source`). Its cursor is what the whole list said."""

    def __init__(self, options: HowspaceOptions, surroundings: Surroundings) -> None:
        self._options, self._surroundings = options, surroundings

    def fetch(self, since: Cursor) -> Fetched:
        """The news, all pages of it. Raises SourceFault, also for a Partner API that is half set."""
        partner = Partner(self._options, self._surroundings)
        partner.check()
        if not self._options.does("news"):
            raise SourceFault(
                "no news can be asked of this workspace: news and news_fields are not set", kind="options"
            )
        cleaner = Cleaner(self._options)
        shape = Shape(self._options.news_fields or {}, "@", clean=cleaner.fields)
        reports: list[Report] = []
        faults: list[str] = []
        for page in partner.pages("news", faults):
            rows = _modest(page, faults)
            found, wrong = read(rows, shape, self._surroundings)
            reports += found
            faults += cleaner.sentences([f"{field}: {said}" for field, said in wrong], rows)
        return ended(once_each(reports, faults), faults, since, may_be_empty=True)


def people(
    options: HowspaceOptions, surroundings: Surroundings
) -> tuple[list[dict[str, str]], list[str], list[str]]:
    """The people as rows by field, what was left unread, and members of rows that no expression names.

    Raises SourceFault.
    """
    partner, cleaner = Partner(options, surroundings), Cleaner(options)
    partner.check()
    if not options.does("people"):
        raise SourceFault(
            "no people can be asked of this workspace: set people and people_fields", kind="options"
        )
    fields, faults = options.people_fields or {}, list[str]()
    rows: list[dict[str, str]] = []
    members: dict[str, None] = {}
    for page in partner.pages("people", faults):
        for each in _modest(page, faults):
            members |= dict.fromkeys(each if isinstance(each, dict) else ())
            rows.append(_person(each, fields, cleaner))
        if len(rows) > _MOST_PEOPLE:
            raise SourceFault(f"there are more than {_MOST_PEOPLE:,} people", kind="too_large")
    named = " ".join(fields.values())
    return rows, faults, [cut(whole(name), 60) for name in members if name not in named]


def _modest(rows: Sequence[Any], faults: list[str]) -> list[Any]:
    """The rows whose texts can all be searched for login links; the others are named."""
    kept = [row for row in rows if sum(1 for _ in islice(_texts(row), _MOST_TEXTS + 1)) <= _MOST_TEXTS]
    if len(kept) < len(rows):
        faults.append(f"{len(rows) - len(kept)} rows were left out: they hold over {_MOST_TEXTS} texts each")
    return kept


def _person(row: Any, fields: Mapping[str, str], cleaner: Cleaner) -> dict[str, str]:
    found: dict[str, Any] = {}
    for field, expression in fields.items():
        try:
            found[field] = search(expression, row)
        except ValueError as fault:
            raise SourceFault(
                f"people_fields: {field} {fault} (expression {expression})", kind="structure"
            ) from None
    return {field: " ".join(said.split()) for field, said in cleaner.person(found, row).items() if said}


class Cleaner:
    """Takes login links, and our own key, out of what a workspace says."""

    def __init__(self, options: HowspaceOptions) -> None:
        self._hosts, self._written = options.hosts, options.news_text
        self._key = options.partner_key.get_secret_value() if options.partner_key else ""

    def fields(self, found: dict[str, Any], row: Any) -> dict[str, Any]:
        """A report's fields as they may be kept: Markdown for HTML, and a digest for the id, which may open things."""
        eraser = self._learnt(row, found)
        clean = {
            name: value if name in _STRICT else self._value(name.partition(".")[0], value, eraser)
            for name, value in found.items()
        }
        known_by = found.get("external_id")
        if isinstance(known_by, str | int) and not isinstance(known_by, bool) and known_by != "":
            digest = hashlib.sha256(str(known_by).encode("utf-8", "replace")).hexdigest()
            clean["external_id"] = f"news:{digest[:40]}"
        return clean

    def person(self, found: dict[str, Any], row: Any) -> dict[str, str]:
        """A person's fields, as text; several cities are one text."""
        eraser = self._learnt(row, found)
        said: dict[str, str] = {}
        for field, value in found.items():
            parts = value if isinstance(value, list) else [value]
            text = ";".join(whole(str(part)) for part in parts if part not in (None, ""))
            plain = field == "email" and not any(sign in text for sign in "/?:=")
            said[field] = text if plain else self._text(text, eraser)
        return said

    def sentences(self, said: list[str], document: Any) -> list[str]:
        """Sentences about a document, which may quote it."""
        if not said:
            return []
        eraser = self._learnt(document)
        return [self._text(each, eraser) for each in said]

    def _learnt(self, *documents: Any) -> Eraser:
        eraser = Eraser(self._hosts)
        for text in dict.fromkeys(_texts(documents)):
            if "<" in text:
                eraser.html(text)
            eraser.learn(text)
        return eraser

    def _value(self, field: str, value: Any, eraser: Eraser) -> Any:
        if isinstance(value, dict):
            return {
                name: self._value("url" if name == "url" else field, each, eraser)
                for name, each in value.items()
            }
        if isinstance(value, list):
            return [self._value(field, each, eraser) for each in value]
        return self._said(field, value, eraser) if isinstance(value, str) and value else value

    def _said(self, field: str, value: str, eraser: Eraser) -> str | None:
        text = whole(value).replace(self._key or "\0", GONE)
        if field == "url":
            return eraser.link(text.strip()) or None
        if field not in BY_LANGUAGE:
            return self._text(text, eraser)
        is_html = self._written == "html"
        text = eraser.html(text) if is_html else eraser.text(text)
        if field == "title":
            return eraser.blot(title(text, is_html=is_html))
        if self._written != "markdown":
            text = markdown(text, is_html=is_html)
        return cut(eraser.blot(text), BODY_LIMIT)

    def _text(self, text: str, eraser: Eraser) -> str:
        return eraser.blot(eraser.text(text.replace(self._key or "\0", GONE)))


def _texts(value: Any) -> Iterator[str]:
    """All texts of a document, however deep."""
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, dict):
            waiting += [*each.values()]
        elif isinstance(each, list | tuple):
            waiting += each
