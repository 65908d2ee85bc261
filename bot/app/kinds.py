"""The kinds of sources there are, and the options each takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from bot.contracts import Integration, SourceFault
from integrations import INTEGRATIONS, load


def integration(kind: str) -> Integration:
    """The integration of that name. Raises SourceFault when there is none."""
    if kind not in INTEGRATIONS:
        raise SourceFault(f"there is no integration called {kind!r}")
    return load(kind)


def source_kinds() -> list[str]:
    """The integrations that bring news in."""
    return [name for name in INTEGRATIONS if load(name).source or load(name).webhook or load(name).letters]


def check_options(kind: Integration, options: Mapping[str, Any]) -> BaseModel:
    """An integration's options, checked by its model. Raises SourceFault naming every wrong field."""
    try:
        return kind.options.model_validate(options)
    except ValidationError as fault:
        wrong = [
            f"{'.'.join(map(str, error['loc'])) or 'options'}: {error['msg']}" for error in fault.errors()
        ]
        raise SourceFault("; ".join(wrong)) from fault
