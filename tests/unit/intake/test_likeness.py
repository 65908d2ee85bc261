"""Two reports are surely of one thing, perhaps, or not."""

from __future__ import annotations

from typing import Any

import pytest

from bot.intake.keys import canonical
from bot.intake.likeness import compare
from tests.factories import ZONE, details

CALL: dict[str, Any] = {
    "title": {"fi": "Kestävän kaupunkikehityksen haku 2026", "en": "Urban development call"}
}


@pytest.mark.parametrize(
    ("one", "other", "sure"),
    [
        ({"identifier": "EURA 2021/403-12"}, {"identifier": "eura2021-403/12", "title": {"fi": "Muu"}}, True),
        ({"identifier": "A1"}, {"identifier": "A1", "closes_at": "2027-03-01"}, True),
        ({"identifier": "A1"}, {"identifier": "B2"}, False),
        ({"identifier": "VN/112/2026"}, {"identifier": "VN/11/22026"}, False),
        ({"identifier": "MISS-2026-1-11"}, {"identifier": "MISS-2026-11-1"}, False),
        ({"url": "https://www.example.org/fi/haku/"}, {"url": "http://example.org/haku", "title": {"sv": "X"}}, True),
        ({"url": "https://example.org/haku"}, {"url": "https://example.org/haku", "closes_at": "2027-01-29"}, False),
        ({"url": "https://example.org/"}, {"url": "https://example.org/", "title": {"fi": "Aivan muu"}}, None),
        ({}, {}, True),
        ({}, {"closes_at": "2027-01-15"}, True),
        ({}, {"closes_at": "2027-01-15T12:00:00+02:00"}, False),
        ({}, {"closes_at": "2027-01-29"}, False),
        ({}, {"closes_at": "2027-11-29"}, None),
        ({}, {"closes_at": None}, False),
        ({}, {"cities": ("tampere", "oulu")}, False),
        ({}, {"cities": ("oulu",)}, None),
        ({}, {"title": {"fi": "KESTÄVÄN kaupunkikehityksen haku – 2026"}}, True),
        ({}, {"title": {"fi": "Kestävän kaupunkikehityksen haku 2027"}}, None),
        ({}, {"title": {"fi": "Kestävän kaupunkikehityksen haku"}}, False),
        ({}, {"title": {"fi": "Kestävän kaupunkikehityksen haku 2026 (II haku)"}}, False),
        ({}, {"title": {"sv": "Utlysning"}}, None),
        ({}, {"kind": "news"}, None),
        ({}, {"title": {"fi": "Vähähiilisyyden haku"}}, None),
    ],
)  # fmt: skip
def test_what_two_sources_say_is_compared(
    one: dict[str, Any], other: dict[str, Any], sure: bool | None
) -> None:
    alike = compare(details(**CALL | one), details(**CALL | other), ZONE, own_link=True)
    assert (alike and alike.sure) is sure
    back = compare(details(**CALL | other), details(**CALL | one), ZONE, own_link=True)
    assert (back and back.sure) is sure


def test_a_page_that_lists_several_calls_is_no_calls_own() -> None:
    page = {"url": "https://example.org/haut"}
    one, other = details(title={"fi": "Haku A"}, **page), details(title={"fi": "Koulutus B"}, **page)
    assert compare(one, other, ZONE, own_link=True)
    assert compare(one, other, ZONE, own_link=False) is None


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://www.Example.org/sv/Haku/?utm_source=x&id=3&lang=sv#a", "example.org/Haku?id=3"),
        ("http://example.org", "example.org/"),
        ("https://example.org/?id=3", "example.org/?id=3"),
        ("javascript:alert(1)", ""),
        ("https://[::1", ""),
        ("", ""),
    ],
)
def test_links_are_spelled_alike(url: str, plain: str) -> None:
    assert canonical(url) == plain
