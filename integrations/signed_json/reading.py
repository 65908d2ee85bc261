"""From any JSON to reports, by the expressions of the options."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from bot.contracts import BODY_LIMIT, Report, Surroundings
from integrations import text
from integrations.problems import by_field
from integrations.report_data import Data
from integrations.reports import published
from integrations.signed_json.expressions import search
from integrations.signed_json.options import BY_LANGUAGE, SignedJsonOptions

MOST_ITEMS = 500

Faults = list[tuple[str, str]]


def read(
    document: Any, options: SignedJsonOptions, surroundings: Surroundings
) -> tuple[list[Report], Faults]:
    """The reports of a document, and what is wrong: (field, sentence with its expression)."""
    try:
        items = search(options.items, document) if options.items else [document]
    except ValueError as fault:
        return [], [("items", f"{fault} (expression {options.items})")]
    if not isinstance(items, list):
        return [], [("items", f"finds no list (expression {options.items})")]
    if len(items) > MOST_ITEMS:
        return [], [("items", f"finds {len(items):,} things; at most {MOST_ITEMS} are taken at once")]
    reports: list[Report] = []
    faults: Faults = []
    for number, item in enumerate(items):
        prefix = f"items[{number}]." if options.items else ""
        report, wrong = _one(item, options, surroundings)
        faults += [(prefix + field, said) for field, said in wrong]
        reports += [report] if report else []
    return reports, faults


def _one(item: Any, options: SignedJsonOptions, surroundings: Surroundings) -> tuple[Report | None, Faults]:
    found: dict[str, Any] = {}
    faults: Faults = []
    for name, expression in [
        *options.fields.items(),
        *([("action", options.action)] if options.action else []),
    ]:
        try:
            found[name] = search(expression, item)
        except ValueError as fault:
            faults.append((name, f"{fault} (expression {expression})"))
    if faults:
        return None, faults
    action = str(found.pop("action", "") or "").casefold()
    raw = _raw(found, options)
    if action and action in {word.casefold() for word in options.withdrawn}:
        known_by = raw.get("external_id")
        if isinstance(known_by, str) and known_by and known_by.isprintable() and len(known_by) <= 255:
            return Report(known_by, None), []
        return None, [("external_id", f"is missing (expression {options.fields['external_id']})")]
    known = {"cities": surroundings.cities, "topics": surroundings.topics, "councils": surroundings.councils}
    try:
        return published(raw, known, surroundings.defaults), []
    except ValidationError as fault:
        return None, [
            (field, _with_expression(field, said, options))
            for field, said in by_field(fault, "", Data.model_fields)
        ]


_LISTS = frozenset({"cities", "topics", "councils", "objectives", "cutoffs"})


def _raw(found: dict[str, Any], options: SignedJsonOptions) -> dict[str, Any]:
    """The fields as the signed webhook has them: numbers as ids, one slug as a list, texts as Markdown."""
    raw: dict[str, Any] = {}
    for name, value in found.items():
        field, _, language = name.partition(".")
        if value is None or value == "":
            continue
        if language:
            raw.setdefault(field, {})[language] = _written(field, value, options)
        else:
            raw[field] = _fitted(field, value, options)
    return raw


def _fitted(field: str, value: Any, options: SignedJsonOptions) -> Any:
    if field == "external_id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if field in _LISTS and not isinstance(value, list):
        return [value]
    return _written(field, value, options) if field in BY_LANGUAGE else value


def _written(field: str, value: Any, options: SignedJsonOptions) -> Any:
    if isinstance(value, dict):
        return {language: _written(field, each, options) for language, each in value.items()}
    if not isinstance(value, str) or (options.text == "markdown" and field == "body"):
        return value
    if field == "title":
        return text.title(value, is_html=True) if options.text == "html" else value
    return text.markdown(value[: BODY_LIMIT * 4], is_html=options.text == "html")


def _with_expression(field: str, said: str, options: SignedJsonOptions) -> str:
    """The sentence with the expression that the field was found by: `title.fi` may come of `title`."""
    expression = options.fields.get(field) or options.fields.get(field.partition(".")[0])
    return f"{said} (expression {expression})" if expression else said
