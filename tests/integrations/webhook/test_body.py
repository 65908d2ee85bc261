"""What a webhook's body says, and what is refused, field by field."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.clock import When
from bot.contracts import Defaults
from tests.integrations.webhook.inbox import RememberingInbox, faults, item, signed, webhook

FULL: dict[str, Any] = {
    "external_id": "tampere-2026-3",
    "kind": "call",
    "title": {"fi": "Haku", "sv": "Utlysning", "en": "Call"},
    "body": {"fi": "Markdown *teksti*"},
    "url": "https://www.pirkanmaa.fi/haku?a=ä",
    "cities": ["tampere", "tampere"],
    "topics": ["vahahiilisyys"],
    "urgent": True,
    "opens_at": "2026-11-24",
    "closes_at": "2027-01-15T16:15:00+02:00",
    "starts_at": None,
    "ends_at": None,
    "location": None,
    "visibility": "network",
    "fund": "EAKR",
    "authority": "Pirkanmaan liitto",
    "amount_eur": 1500000,
    "support_percent": 60,
}


def received(data: dict[str, Any], defaults: Defaults | None = None) -> Any:
    inbox = RememberingInbox(defaults)
    answer = webhook().receive(signed(item(**data)), inbox)
    assert answer.status == 200, answer.body
    return inbox.only.details


def test_every_field_arrives() -> None:
    details = received(FULL)
    assert (details.kind, details.title["sv"], details.body) == (
        "call",
        "Utlysning",
        {"fi": "Markdown *teksti*"},
    )
    assert (details.cities, details.topics, details.urgent) == (("tampere",), ("vahahiilisyys",), True)
    assert details.opens_at == When.parse("2026-11-24")
    assert details.closes_at == When.parse("2027-01-15T14:15:00Z")
    assert (details.visibility, details.fund, details.authority) == ("network", "EAKR", "Pirkanmaan liitto")
    assert (details.amount_eur, details.support_percent, details.starts_at) == (1_500_000, 60, None)


def test_the_life_of_an_item() -> None:
    inbox = RememberingInbox()
    hook = webhook()

    def send(number: int, body: dict[str, Any]) -> tuple[int, Any]:
        answer = hook.receive(signed(body, webhook_id=f"msg_{number}"), inbox)
        return answer.status, answer.body.get("status")

    assert send(1, item()) == (200, "accepted")
    assert send(2, item()) == (200, "duplicate")
    assert send(3, item("item.updated", title="Uusi")) == (200, "updated")
    withdrawal = {"type": "item.withdrawn", "data": {"external_id": "a-1", "reason": "moved"}}
    assert send(4, withdrawal) == (200, "withdrawn")
    assert send(5, item()) == (200, "updated")


def test_an_unknown_id_cannot_be_withdrawn() -> None:
    answer = webhook().receive(
        signed({"type": "item.withdrawn", "data": {"external_id": "x"}}), RememberingInbox()
    )
    assert (answer.status, answer.body["title"]) == (404, "Not Found")


def test_plain_texts_are_in_the_language_named_or_in_the_sources_own() -> None:
    assert received({"title": "Rubrik", "body": "Text", "language": "sv"}).title == {"sv": "Rubrik"}
    assert received({"title": "Title", "body": "Text"}, Defaults(language="en")).body == {"en": "Text"}


def test_null_means_absent_also_for_a_missing_translation() -> None:
    details = received(
        {"title": {"fi": "Otsikko", "sv": None}, "body": {"fi": None}, "urgent": None, "url": None}
    )
    assert (details.title, details.body, details.urgent, details.url) == ({"fi": "Otsikko"}, {}, False, None)


def test_defaults_fill_in_only_what_the_body_leaves_out() -> None:
    defaults = Defaults(kind="event", cities=("turku",), topics=("ruoka",))
    silent = received({"kind": None, "cities": None}, defaults)
    assert (silent.kind, silent.cities, silent.topics) == ("event", ("turku",), ("ruoka",))
    spoken = received({"kind": "news", "cities": [], "topics": ["akut"]}, defaults)
    assert (spoken.kind, spoken.cities, spoken.topics) == ("news", (), ("akut",))


@pytest.mark.parametrize(
    ("kind", "of_the_source", "expected"),
    [
        ("call", "network", "public"),
        ("event", None, "public"),
        ("announcement", "public", "network"),
        ("discussion", "public", "network"),
        ("news", "public", "public"),
        ("news", None, "network"),
    ],
)
def test_visibility_follows_the_kind_and_for_news_the_source(
    kind: str, of_the_source: Any, expected: str
) -> None:
    assert received({"kind": kind}, Defaults(visibility=of_the_source)).visibility == expected


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<b>Haku</b> <!channel> <@U123> @here", "<b>Haku</b> <!channel> <@U123> @here"),
        ("Otsikko\r\nBcc: charlie@example.org", "Otsikko Bcc: charlie@example.org"),
        ("\x1b[31mHaku\x07 auki\x9b", "[31mHaku auki"),
        ("🎉" * 500, "🎉" * 500),
        ("\u202eאבג", "\u202eאבג"),
        ("Emoji cut in two \ud83c", "Emoji cut in two \ufffd"),
        ("Whole emoji \ud83c\udf89", "Whole emoji 🎉"),
    ],
)
def test_hostile_titles_are_neutralised_and_kept(sent: str, kept: str) -> None:
    assert received({"title": sent}).title == {"fi": kept}


def test_a_body_keeps_its_lines_and_is_otherwise_left_alone() -> None:
    assert received({"body": "a\r\n\r\n* b\tc\x00".replace("\x00", "\x01")}).body == {"fi": "a\n\n* b\tc"}


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"external_id": None}, "external_id", "must be text"),
    ({"external_id": ""}, "external_id", "1 to 255"),
    ({"external_id": "a" * 256}, "external_id", "1 to 255"),
    ({"external_id": "a\nb"}, "external_id", "printable"),
    ({"kind": "party"}, "kind", "'announcement', 'call'"),
    ({"title": None}, "title", "must be"),
    ({"title": ""}, "title", "is empty"),
    ({"title": " \n "}, "title", "is empty"),
    ({"title": {}}, "title", "at least one"),
    ({"title": {"sv": None}}, "title", "at least one"),
    ({"title": {"fi": ""}}, "title.fi", "is empty"),
    ({"title": {"de": "Otsikko"}}, "title.de", "'fi'"),
    ({"title": 5}, "title", "must be text, or an object"),
    ({"title": "x" * 100_000}, "title", "has 100,000 characters; at most 500"),
    ({"title": "nul\0"}, "title", "NUL"),
    ({"body": "nul\0"}, "body", "NUL"),
    ({"body": {"sv": "x" * 50_001}}, "body.sv", "50,001"),
    ({"language": "de"}, "language", "'fi'"),
    ({"url": "javascript:alert(1)"}, "url", "http or https"),
    ({"url": "https://"}, "url", "http or https"),
    ({"url": "https://[bad"}, "url", "http or https"),
    ({"url": "https://a.example/\nx"}, "url", "http or https"),
    ({"url": "https://rakennerahastot.fi@evil.example/"}, "url", "user name"),
    ({"cities": ["tampre", "turku"]}, "cities", "'tampre' is not known here; did you mean tampere?"),
    ({"cities": "tampere"}, "cities", "must be a list"),
    ({"cities": [1]}, "cities.0", "must be text"),
    ({"topics": ["avaruus"]}, "topics", "'avaruus' is not known here"),
    ({"urgent": "yes"}, "urgent", "true or false"),
    ({"visibility": "secret"}, "visibility", "'public'"),
    ({"opens_at": "2027-01-02", "closes_at": "2027-01-01"}, "closes_at", "is before opens_at"),
    (
        {"starts_at": "2027-01-02T10:00:00Z", "ends_at": "2027-01-02T09:59:59Z"},
        "ends_at",
        "is before starts_at",
    ),
    ({"closes_at": "15.1.2027"}, "closes_at", "ISO 8601"),
    ({"closes_at": "2027-01-15T16:15:00"}, "closes_at", "zone"),
    ({"closes_at": 1800000000}, "closes_at", "ISO 8601"),
    ({"closes_at": "0001-01-01"}, "closes_at", "1900 and 2999"),
    ({"closes_at": "9999-12-31T23:59:59-12:00"}, "closes_at", "out of range"),
    ({"amount_eur": -1}, "amount_eur", "greater than or equal to 0"),
    ({"amount_eur": "1500000"}, "amount_eur", "must be a number"),
    ({"amount_eur": True}, "amount_eur", "must be a number"),
    ({"support_percent": 101}, "support_percent", "less than or equal to 100"),
    ({"location": "x" * 501}, "location", "at most 500"),
    ({"fund": ["EAKR"]}, "fund", "must be text"),
    ({"": 1}, "", "is not a known field"),
    ({"closes_on": "2027-01-15"}, "closes_on", "is not a known field; did you mean closes_at?"),
]


@pytest.mark.parametrize(("data", "field", "reason"), WRONG, ids=[str(wrong[0])[:40] for wrong in WRONG])
def test_a_faulty_field_is_named(data: dict[str, Any], field: str, reason: str) -> None:
    inbox = RememberingInbox()
    found = faults(webhook().receive(signed(item(**data)), inbox))
    assert list(found) == [f"data.{field}"]
    assert reason in found[f"data.{field}"]
    assert not inbox.reports


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], ""),
        ("text", ""),
        ({}, "type"),
        ({}, "data"),
        ({"type": "item.published"}, "data"),
        ({"type": "item.published", "data": None}, "data"),
        ({"type": "item.deleted", "data": {"external_id": "a", "title": "x"}}, "type"),
        ({**item(), "timestamp": "yesterday"}, "timestamp"),
        ({"type": "item.withdrawn", "data": {}}, "data.external_id"),
        ({"type": "item.published", "data": {}}, "data.title"),
    ],
)
def test_a_faulty_envelope_is_named(document: Any, field: str) -> None:
    raw = json.dumps(document).encode()
    assert field in faults(webhook().receive(signed(raw), RememberingInbox()))


def test_an_infinite_amount_is_no_amount() -> None:
    raw = json.dumps(item(amount_eur="HERE")).replace('"HERE"', "1e999").encode()
    assert "finite" in faults(webhook().receive(signed(raw), RememberingInbox()))["data.amount_eur"]


def test_all_faults_come_in_one_answer() -> None:
    wrong = {
        "title": "",
        "url": "x",
        "cities": ["nowhere"],
        "opens_at": "2027-02-02",
        "closes_at": "2027-02-01",
    }
    found = faults(webhook().receive(signed({**item(**wrong), "type": "x"}), RememberingInbox()))
    assert set(found) == {"type", "data.title", "data.url", "data.cities", "data.closes_at"}


def test_a_call_may_open_and_close_on_one_day() -> None:
    assert received({"opens_at": "2027-01-15", "closes_at": "2027-01-15T10:00:00+02:00"}).opens_at is not None


def test_a_flood_of_faults_is_cut() -> None:
    answer = webhook().receive(
        signed(item(**{f"x{number}": 1 for number in range(5_000)})), RememberingInbox()
    )
    assert len(faults(answer)) == 100
