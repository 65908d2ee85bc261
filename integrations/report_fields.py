"""The kinds of field a webhook's body is made of: what each takes, and the sentence when it does not.

Hostile is not invalid: markup, pings, line breaks, emoji and right-to-left text pass. Control characters
are dropped, and titles and other single lines are folded onto one line.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from bot.contracts import BODY_LIMIT, TITLE_LIMIT

# Control characters mean nothing in a message; CR, LF and tab are white space and stay.
_CONTROLS = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("has a NUL character")
    return _CONTROLS.sub("", value.replace("\r\n", "\n"))


def _line(value: str) -> str:
    return " ".join(_text(value).split())


def _title(value: str) -> str:
    title = _line(value)
    if not title:
        raise ValueError("is empty")
    return _short(title, TITLE_LIMIT)


def _body(value: str) -> str:
    return _short(_text(value), BODY_LIMIT)


def _short(value: str, limit: int = 500) -> str:
    if len(value) > limit:
        raise ValueError(f"has {len(value):,} characters; at most {limit:,} are taken")
    return value


def _external_id(value: str) -> str:
    if not 1 <= len(value) <= 255 or not value.isprintable() or value != value.strip():
        raise ValueError("must be 1 to 255 printable characters")
    return value


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not value.isprintable() or " " in value:
        raise ValueError("must be an http or https address")
    if "@" in parts.netloc:
        raise ValueError("must not carry a user name")
    return _short(value, 2_000)


ExternalId = Annotated[str, AfterValidator(_external_id)]
Title = Annotated[str, AfterValidator(_title)]
Body = Annotated[str, AfterValidator(_body)]
Line = Annotated[str, AfterValidator(_line), AfterValidator(_short)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Euros = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Slugs = Annotated[list[str], Field(max_length=200)]
