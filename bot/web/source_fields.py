"""The fields of a source's form: one for each option that its kind knows; and what was typed into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from bot.contracts import Integration
from bot.web.pages import typed

_SECRET_WORDS = ("secret", "token", "password", "key")
PREFIX = "option-"


@dataclass(frozen=True, slots=True)
class Field:
    """One option: `choices` where only some values are right; the value of a `secret` one is never shown."""

    name: str
    label: str
    hint: str
    needed: bool
    secret: bool
    choices: tuple[str, ...]
    value: str
    fault: str


def field_of(name: str, info: FieldInfo, options: Mapping[str, Any], fault: str) -> Field:
    """The field of one option, as it is now."""
    secret = is_secret(name, info)
    choices = _choices(info.annotation)
    return Field(
        name, info.title or name.replace("_", " ").capitalize(), info.description or "", info.is_required(),
        secret, choices, "" if secret else _shown(options.get(name, None if info.is_required() else info.default)),
        fault,
    )  # fmt: skip


def is_secret(name: str, info: FieldInfo) -> bool:
    """Whether an option must never be shown, by its type or its name."""
    types = (info.annotation, *get_args(info.annotation))
    return SecretStr in types or any(word in name for word in _SECRET_WORDS)


def secrets_of(kind: Integration) -> frozenset[str]:
    """The options of a kind that must never be shown."""
    return frozenset(name for name, info in kind.options.model_fields.items() if is_secret(name, info))


def _choices(annotation: Any) -> tuple[str, ...]:
    if annotation is bool:
        return ("true", "false")
    for each in (annotation, *get_args(annotation)):
        if get_origin(each) is Literal:
            return tuple(str(value) for value in get_args(each))
    return ()


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple | frozenset | set):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def options_of(
    kind: Integration, sent: Mapping[str, str], before: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """The options that the form states, and what is wrong with them by field. What was not touched stays."""
    options: dict[str, Any] = {}
    for name, info in kind.options.model_fields.items():
        said = typed(sent.get(PREFIX + name))
        untouched = said == "" if is_secret(name, info) else said == _shown(before.get(name))
        if name in before and untouched:
            options[name] = before[name]
        elif said and (info.is_required() or said != _shown(info.default)):
            options[name] = said
    faults: dict[str, str] = {}
    try:
        kind.options.model_validate(options)
    except ValidationError as wrong:
        for error in wrong.errors(include_input=False):
            at = str(error["loc"][0]) if error["loc"] else ""
            faults[PREFIX + at if at in kind.options.model_fields else "options"] = error["msg"]
    return options, faults
