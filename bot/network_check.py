"""What is wrong with a network's file: references, doubled slugs and names, circles. Nothing but questions.

It looks at the raw document, so that a fault of form in one place hides no fault in another.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic_core import ErrorDetails

from bot.contracts import Problems

LISTS = ("areas", "topics", "cities", "authorities")


class NetworkFault(Exception):
    """A network's file cannot be used. `problems` has every fault as (path in the file, what is wrong)."""

    def __init__(self, source: str, problems: Problems) -> None:
        self.source = source
        self.problems = tuple(problems)
        lines = (f"  {path}: {what}" if path else f"  {what}" for path, what in self.problems)
        super().__init__("\n".join((f"The network in {source} cannot be used:", *lines)))


def fold(name: str) -> str:
    """A name as it is compared: composed characters, any case, single spaces."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def form_problems(errors: list[ErrorDetails]) -> Iterator[tuple[str, str]]:
    """pydantic's errors as (path, what is wrong)."""
    for error in errors:
        if error["type"] == "too_short" and error["input"]:
            continue  # not empty in the file: its entries' own faults made it so
        path = ""
        for step in error["loc"]:
            path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else str(step)
        yield path, error["msg"].removeprefix("Value error, ")


def reference_problems(document: Any) -> Iterator[tuple[str, str]]:
    """Everything in the document that refers to nothing, is there twice or runs in a circle."""
    entries = {name: dict(_entries(document, name)) for name in LISTS}
    slugs = {name: _slugs(found) for name, found in entries.items()}
    for name in LISTS:
        yield from _doubled_slugs(name, entries[name])
    for index, city in entries["cities"].items():
        at = f"cities[{index}]"
        for position, topic in enumerate(_list(city.get("topics"))):
            yield from _unknown(f"{at}.topics[{position}]", topic, "topic", slugs["topics"])
        yield from _unknown(f"{at}.council", city.get("council"), "authority", slugs["authorities"])
        yield from _unknown(f"{at}.area", city.get("area"), "area", slugs["areas"])
    for index, authority in entries["authorities"].items():
        at = f"authorities[{index}].successor"
        yield from _unknown(at, authority.get("successor"), "authority", slugs["authorities"])
        if _in_a_circle(authority, entries["authorities"]):
            yield at, "leads back to where it began"
    yield from _doubled_names(entries["authorities"])


def _entries(document: Any, name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for index, entry in enumerate(_list(document.get(name) if isinstance(document, dict) else None)):
        if isinstance(entry, dict):
            yield index, entry


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _slugs(entries: Mapping[int, Mapping[str, Any]]) -> dict[str, int]:
    """Each slug and the first entry that has it."""
    found: dict[str, int] = {}
    for index, entry in entries.items():
        if _has_slug(entry):
            found.setdefault(entry["slug"], index)
    return found


def _doubled_slugs(name: str, entries: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    first = _slugs(entries)
    for index, entry in entries.items():
        if _has_slug(entry) and first[entry["slug"]] != index:
            yield (
                f"{name}[{index}].slug",
                f"{entry['slug']!r} is the slug of {name}[{first[entry['slug']]}] already",
            )


def _unknown(path: str, value: Any, noun: str, known: Mapping[str, int]) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str) or value in known:
        return
    close = get_close_matches(value[:64], known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    yield path, f"there is no {noun} {value!r}{hint}"


def _in_a_circle(authority: Mapping[str, Any], entries: Mapping[int, Mapping[str, Any]]) -> bool:
    after = {entry["slug"]: entry.get("successor") for entry in entries.values() if _has_slug(entry)}
    slug = authority.get("successor")
    for _ in after:
        if not isinstance(slug, str) or slug == authority.get("slug"):
            break
        slug = after.get(slug)
    return isinstance(slug, str) and slug == authority.get("slug")


def _has_slug(entry: Mapping[str, Any]) -> bool:
    return isinstance(entry.get("slug"), str)


def _doubled_names(authorities: Mapping[int, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Names by which two authorities would be called: a text could mean either."""
    owner: dict[str, int] = {}
    for index, authority in authorities.items():
        names = authority.get("names")
        spoken = {f"names.{key}": name for key, name in names.items()} if isinstance(names, dict) else {}
        spoken |= {f"aliases[{n}]": alias for n, alias in enumerate(_list(authority.get("aliases")))}
        for path, name in spoken.items():
            if isinstance(name, str) and owner.setdefault(fold(name), index) != index:
                yield (
                    f"authorities[{index}].{path}",
                    f"{name!r} is what authorities[{owner[fold(name)]}] is called already",
                )
