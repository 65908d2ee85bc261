"""The settings of the page inside a Howspace workspace: its secret, who may frame it, its parameters' names."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

PARAMETERS = ("userId", "firstName", "lastName", "email", "pageUrl", "time", "signature")
"""What the page's address may say, by the names it has unless HOWSPACE_EMBED_PARAMETERS says otherwise."""

_ORIGIN = re.compile(r"https?://(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?")


def _secrets(value: str) -> str:
    """One or several secrets, split by spaces: the newest and those that are still in some page's snippet."""
    if not all(len(each) >= 8 and each.isprintable() for each in value.split(" ") if each):
        raise ValueError("must be at least 8 printable characters; several are split by spaces")
    return value


def _origins(value: str) -> tuple[str, ...]:
    """They stand in a header, so nothing but an origin is taken."""
    origins = tuple(each.rstrip("/") for each in value.casefold().replace(",", " ").split())
    if not all(_ORIGIN.fullmatch(origin) for origin in origins):
        raise ValueError(
            "must be origins such as https://network.howspace.com (no path), split by spaces if there are several"
        )
    return origins


def _names(value: str) -> tuple[tuple[str, str], ...]:
    parts = [each.partition("=") for each in value.replace(",", " ").split()]
    pairs = tuple((ours, theirs) for ours, _, theirs in parts)
    known = all(
        ours in PARAMETERS and re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", theirs) for ours, theirs in pairs
    )
    called = {**{each: each for each in PARAMETERS}, **dict(pairs)}
    if not known or len(set(called.values())) < len(called):
        raise ValueError(
            f"must be pairs such as email=mail, each name once; the first is one of: {', '.join(PARAMETERS)}"
        )
    return pairs


EMBED: Mapping[str, Callable[[str], Any]] = {
    "HOWSPACE_EMBED_SECRET": _secrets,
    "HOWSPACE_ORIGIN": _origins,
    "HOWSPACE_EMBED_PARAMETERS": _names,
}
