"""What a sender is told when its request is refused: RFC 9457 problem details, every fault by field."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from bot.contracts import Answer, Problems

_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "is not a known field",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "float_type": "must be a number",
    "finite_number": "must be a finite number",
    "list_type": "must be a list",
    "dict_type": "must be an object",
}

_MOST_FAULTS = 100


class Refused(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: int, detail: str, faults: Problems = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = tuple(faults)


def answer(refusal: Refused) -> Answer:
    """The problem document of a refusal; `errors` lists `{field, detail}` where there are faults by field."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(refusal.status).phrase,
        "status": refusal.status,
        "detail": refusal.detail,
    }
    if refusal.faults:
        body["errors"] = [
            {"field": field, "detail": detail} for field, detail in refusal.faults[:_MOST_FAULTS]
        ]
    return Answer(refusal.status, body, {"content-type": "application/problem+json"})


def by_field(fault: ValidationError, prefix: str, known: Iterable[str] = ()) -> list[tuple[str, str]]:
    """pydantic's findings as (path of the field, sentence); never the input itself.

    `known` are the model's fields, to guess what a misspelt one was meant to be.
    """
    faults = []
    for finding in fault.errors(include_url=False, include_input=False):
        path = [prefix] * bool(prefix) + [str(part) for part in finding["loc"] if part != "[key]"]
        detail = _SENTENCES.get(finding["type"], finding["msg"])
        if finding["type"] == "value_error":
            detail = str(finding["ctx"]["error"])
        elif finding["type"] == "extra_forbidden" and (near := nearest(path[-1], known)):
            detail = f"{detail}; did you mean {near}?"
        faults.append((".".join(path), detail))
    return faults


def nearest(word: str, known: Iterable[str]) -> str:
    """Up to three known words that look like this one, joined by commas; empty when none does."""
    return ", ".join(get_close_matches(word[:100], sorted(known), n=3, cutoff=0.6))
