"""Each field of each recorded answer, made odd in every way: what is odd costs its own row, and never the others."""

from __future__ import annotations

import copy
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

import pytest

from bot.contracts import Fetched, SourceFault
from integrations import reading
from tests.conftest import FrozenClock
from tests.integrations.sites import PLACES, Site, standing

ODD: tuple[Any, ...] = (
    None, 5, -1, 1e300, 10**30, True, "", " ", "\ud83c", "x\0y", "<b></b>", "y" * 60_000, [], {}, [None], {"a": 1},
    "2027-13-45", "http://[x", "javascript:alert(1)", "\u202e",
)  # fmt: skip
TEXTS = ("rakennerahastot", "feed of RSS", "html_list", "page_watch", "calendar")
JUNK = (
    b"\0", b"<", b'"', b"&#xD83C;", b"&#0;", b"&#x110000;", b"\xff", b"<![CDATA[", b"<!--", b"\r\n", b":", b"\\",
    b"<p>" * 2_000, b"9" * 40,
)  # fmt: skip
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Rows:
    """Where an answer has its rows, and what its first is known by."""

    rows: Path
    known_by: Path
    total: str | None = None


ROWS: Mapping[str, Rows] = {
    "eura": Rows(("preRenderData", "hankehaku"), ("id",)),
    "haeavustuksia": Rows(("hakuilmoitukset",), ("hakuasianAsianumero",)),
    "sedia": Rows(("results",), ("metadata", "identifier", 0), "totalResults"),
    "feed": Rows(("items",), ("id",)),
    "wordpress": Rows((), ("guid", "rendered")),
    "howspace": Rows(("data",), ("id",)),
}


@pytest.fixture
def opened(frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("no_proxy", "*")
    yield
    reading.ROBOTS.forget()


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def put(document: Any, path: Path, value: Any) -> Any:
    """The document with another value there."""
    if not path:
        return value
    changed = copy.deepcopy(document)
    at(changed, path[:-1])[path[-1]] = value
    return changed


def paths(document: Any, here: Path = ()) -> Iterator[Path]:
    """Every place in a document."""
    yield here
    inner = (
        document.items()
        if isinstance(document, dict)
        else enumerate(document)
        if isinstance(document, list)
        else ()
    )
    for name, value in inner:
        yield from paths(value, (*here, name))


def is_fit_to_keep(fetched: Fetched) -> bool:
    """Whether a database takes it: no NUL, no halves of characters, no id that is too long."""
    said = [each.details.model_dump_json() for each in fetched.reports if each.details]
    ids = [each.external_id for each in fetched.reports]
    kept = "".join([*said, *ids, *fetched.faults, json.dumps(dict(fetched.cursor), ensure_ascii=False)])
    return not re.search("[\0\ud800-\udfff]|\\\\u0000", kept) and all(0 < len(own) <= 255 for own in ids)


def document_of(site: Site) -> tuple[Any, Callable[[Any], bytes]]:
    """The answer as a document, and what writes another one in its place."""
    seen: list[str] = []
    site.veil.spoil = lambda answer: seen.append(answer.body.decode()) or answer  # type: ignore[func-returns-value]
    site.ask()
    whole = seen[0]
    block = re.search(r'(?<=__PREACT_CLI_DATA__">)[^<]+', whole)
    if block is None:
        return json.loads(whole), lambda other: json.dumps(other).encode()
    head, tail = whole[: block.start()], whole[block.end() :]
    return json.loads(unquote(block[0])), lambda other: (head + quote(json.dumps(other)) + tail).encode()


@pytest.mark.parametrize("name", ROWS)
def test_an_odd_field_costs_only_its_own_row(opened: None, name: str) -> None:
    where = ROWS[name]
    with standing(name) as site:
        document, written = document_of(site)
        sound, *_ = at(document, where.rows)
        site.veil.spoil = None
        known = {each.external_id for each in site.ask().reports}
        odd = [sound]
        for path in paths(sound):
            for value in ODD:
                other = put(sound, where.known_by, f"odd-{len(odd)}")
                odd.append(put(other, path, value))
        faults: list[str] = []
        for some in (odd[first : first + 400] for first in range(0, len(odd), 400)):
            changed = put(document, where.rows, [sound, *some])
            if where.total:
                changed[where.total] = len(some) + 1
            body = written(changed)
            site.veil.spoil = lambda answer: replace(answer, body=body)  # noqa: B023
            fetched = site.ask()
            assert known & {each.external_id for each in fetched.reports}
            faults += fetched.faults
            assert is_fit_to_keep(fetched)
        assert faults


@pytest.mark.parametrize("name", TEXTS)
def test_junk_in_a_text_breaks_nothing(opened: None, name: str) -> None:
    chance = random.Random(7)
    with standing(name) as site:
        for number in range(60):
            junk = JUNK[number % len(JUNK)]

            def spoil(answer: Any, junk: bytes = junk) -> Any:
                begin = chance.randrange(len(answer.body) or 1)
                return replace(
                    answer, body=answer.body[:begin] + junk + answer.body[begin + chance.randrange(30) :]
                )

            site.veil.spoil = spoil
            try:
                fetched = site.ask()
            except SourceFault as fault:
                assert fault.kind != "broken"  # noqa: PT017
            else:
                assert is_fit_to_keep(fetched)


def test_every_site_is_tried() -> None:
    assert {*ROWS, *TEXTS, "discourse"} == set(PLACES)
