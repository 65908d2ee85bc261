"""From any JSON to reports, by a map of fields: a JMESPath expression for each field of a report."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from bot.contracts import BODY_LIMIT, Report, Surroundings
from integrations import text
from integrations.expressions import Expression, search
from integrations.problems import by_field
from integrations.report_data import Data
from integrations.reports import published

MOST_ITEMS = 500
BY_LANGUAGE = ("title", "body")

Faults = list[tuple[str, str]]
Written = Literal["markdown", "html", "plain"]


def stated_map(value: Any) -> Any:
    """A map of names to expressions as JSON, or one a line: `title.fi = heading.fi`."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("is neither JSON nor lines like title = heading") from None
    lines = [line.strip() for line in value.splitlines() if line.strip()]
    if any("=" not in line for line in lines):
        raise ValueError("must be lines like title = heading")
    return {
        name.strip(): expression.strip() for name, _, expression in (line.partition("=") for line in lines)
    }


def _of_a_report(value: dict[str, str]) -> dict[str, str]:
    for name in value:
        field, dot, language = name.partition(".")
        by_language = field in BY_LANGUAGE and language in {"fi", "sv", "en"}
        if field not in Data.model_fields or (dot and not by_language):
            raise ValueError(f"{name[:60]}: a report has no such field")
    if "external_id" not in value:
        raise ValueError("external_id is missing: without it nothing is known again")
    if not any(name.partition(".")[0] == "title" for name in value):
        raise ValueError("title is missing")
    if any(
        field in value and f"{field}.{each}" in value for field in BY_LANGUAGE for each in ("fi", "sv", "en")
    ):
        raise ValueError("title and body stand either plain or by language")
    return value


ReportFields = Annotated[
    dict[str, Expression],
    BeforeValidator(stated_map),
    Field(min_length=1, max_length=60),
    AfterValidator(_of_a_report),
]
"""A report's fields (those of the signed webhook; `title.fi`, `body.sv` for one language) and their expressions."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a document is read. Without `items` the whole of it is one report.

    `action` says what was done with a thing, `withdrawn` the words for its end; `text` is what texts are written in.
    `clean` gets what was found by field, and the thing it was found in, before anything is made of it.
    """

    fields: Mapping[str, str]
    items: str | None = None
    action: str | None = None
    withdrawn: Sequence[str] = ()
    text: Written = "markdown"
    clean: Callable[[dict[str, Any], Any], dict[str, Any]] | None = None


def read(document: Any, shape: Shape, surroundings: Surroundings) -> tuple[list[Report], Faults]:
    """The reports of a document, and what is wrong: (field, sentence with its expression)."""
    try:
        items = search(shape.items, document) if shape.items else [document]
    except ValueError as fault:
        return [], [("items", f"{fault} (expression {shape.items})")]
    if not isinstance(items, list):
        return [], [("items", f"finds no list (expression {shape.items})")]
    if len(items) > MOST_ITEMS:
        return [], [("items", f"finds {len(items):,} things; at most {MOST_ITEMS} are taken at once")]
    reports: list[Report] = []
    faults: Faults = []
    for number, item in enumerate(items):
        prefix = f"items[{number}]." if shape.items else ""
        report, wrong = _one(item, shape, surroundings)
        faults += [(prefix + field, said) for field, said in wrong]
        reports += [report] if report else []
    return reports, faults


def _one(item: Any, shape: Shape, surroundings: Surroundings) -> tuple[Report | None, Faults]:
    found: dict[str, Any] = {}
    faults: Faults = []
    for name, expression in [
        *shape.fields.items(),
        *([("action", shape.action)] if shape.action else []),
    ]:
        try:
            found[name] = search(expression, item)
        except ValueError as fault:
            faults.append((name, f"{fault} (expression {expression})"))
    if faults:
        return None, faults
    if shape.clean:
        found = shape.clean(found, item)
    action = str(found.pop("action", "") or "").casefold()
    raw = _raw(found, shape)
    if action and action in {word.casefold() for word in shape.withdrawn}:
        known_by = raw.get("external_id")
        if isinstance(known_by, str) and known_by and known_by.isprintable() and len(known_by) <= 255:
            return Report(known_by, None), []
        return None, [("external_id", f"is missing (expression {shape.fields['external_id']})")]
    known = {"cities": surroundings.cities, "topics": surroundings.topics, "councils": surroundings.councils}
    try:
        return published(raw, known, surroundings.defaults), []
    except ValidationError as fault:
        return None, [
            (field, _with_expression(field, said, shape))
            for field, said in by_field(fault, "", Data.model_fields)
        ]


_LISTS = frozenset({"cities", "topics", "councils", "objectives", "cutoffs"})


def _raw(found: dict[str, Any], shape: Shape) -> dict[str, Any]:
    """The fields as the signed webhook has them: numbers as ids, one slug as a list, texts as Markdown."""
    raw: dict[str, Any] = {}
    for name, value in found.items():
        field, _, language = name.partition(".")
        if value is None or value == "":
            continue
        if language:
            raw.setdefault(field, {})[language] = _written(field, value, shape)
        else:
            raw[field] = _fitted(field, value, shape)
    return raw


def _fitted(field: str, value: Any, shape: Shape) -> Any:
    if field == "external_id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if field in _LISTS and not isinstance(value, list):
        return [value]
    return _written(field, value, shape) if field in BY_LANGUAGE else value


def _written(field: str, value: Any, shape: Shape) -> Any:
    if isinstance(value, dict):
        return {language: _written(field, each, shape) for language, each in value.items()}
    if not isinstance(value, str) or (shape.text == "markdown" and field == "body"):
        return value
    if field == "title":
        return text.title(value, is_html=True) if shape.text == "html" else value
    return text.markdown(value[: BODY_LIMIT * 4], is_html=shape.text == "html")


def _with_expression(field: str, said: str, shape: Shape) -> str:
    """The sentence with the expression that the field was found by: `title.fi` may come of `title`."""
    expression = shape.fields.get(field) or shape.fields.get(field.partition(".")[0])
    return f"{said} (expression {expression})" if expression else said
