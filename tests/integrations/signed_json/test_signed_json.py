"""JSON of another program's shape: whose it is, which fields are found, and what is said when they are not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from bot.contracts import Answer, Defaults, Received, Surroundings
from integrations.signed_json import INTEGRATION
from integrations.signed_json.options import SignedJsonOptions
from tests.integrations.webhook.inbox import RememberingInbox

SECRET, FORMER = "a-secret-of-some-length", "the-secret-before-it"
NEAR = Surroundings(
    name="crm",
    defaults=Defaults(kind="news", language="fi"),
    cities={"tampere": (), "oulu": ()},
    topics={"ruoka": ()},
)
FIELDS = """
external_id = id
title.fi = names.fi
title.sv = names.sv
body = text
url = link
kind = `"call"`
closes_at = ends
cities = place.slug
"""
THING = {
    "id": 41, "names": {"fi": "Tukea ruokaketjuun", "sv": "Stöd"}, "text": "<p>Hae <b>nyt</b>.</p><script>x</script>",
    "link": "https://example.org/41", "ends": "2027-01-15", "place": {"slug": "tampere"},
}  # fmt: skip


def options(**more: Any) -> SignedJsonOptions:
    stated = {"secrets": SECRET, "fields": FIELDS, "text": "html", **more}
    return SignedJsonOptions.model_validate(stated)


def signature(body: bytes, secret: str = SECRET, algorithm: str = "sha256") -> bytes:
    return hmac.new(secret.encode(), body, getattr(hashlib, algorithm)).digest()


def send(chosen: SignedJsonOptions, inbox: RememberingInbox, document: Any, **headers: str) -> Answer:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    stated = {"x-signature": "sha256=" + signature(body).hex()} | headers
    assert INTEGRATION.webhook is not None
    return INTEGRATION.webhook(chosen, NEAR).receive(Received(stated, body), inbox)


def test_the_fields_are_found_by_their_expressions() -> None:
    inbox = RememberingInbox()
    assert send(options(), inbox, THING).body == {"status": "accepted", "item": 7}
    details = inbox.only.details
    assert inbox.only.external_id == "41"
    assert details is not None
    assert details.title == {"fi": "Tukea ruokaketjuun", "sv": "Stöd"}
    assert details.body == {"fi": "Hae **nyt**."}
    assert (details.kind, details.cities, details.visibility) == ("call", ("tampere",), "public")
    assert details.closes_at is not None
    assert details.closes_at.isoformat() == "2027-01-15"
    assert send(options(), inbox, THING).body["status"] == "duplicate"


def test_a_list_is_taken_whole_or_not_at_all_and_every_fault_names_field_and_expression() -> None:
    inbox = RememberingInbox()
    chosen = options(items="things")
    wrong = THING | {"id": 42, "ends": "soon", "place": {"slug": "tampre"}, "names": {}}
    answer = send(chosen, inbox, {"things": [THING, wrong]})
    assert answer.status == 422
    said = {error["field"]: error["detail"] for error in answer.body["errors"]}
    assert set(said) == {"items[1].title", "items[1].closes_at", "items[1].cities"}
    assert said["items[1].closes_at"].endswith("(expression ends)")
    assert "did you mean tampere?" in said["items[1].cities"]
    assert inbox.reports == {}
    answer = send(chosen, inbox, {"things": [THING, THING | {"id": 43}]})
    assert [each["status"] for each in answer.body["reports"]] == ["accepted", "accepted"]
    assert send(chosen, inbox, {"things": []}).body == {"status": "ignored"}
    assert send(chosen, inbox, {"others": []}).status == 422


def test_what_was_done_with_the_thing_is_an_expression_too() -> None:
    inbox = RememberingInbox()
    chosen = options(action="event", withdrawn="Poistettu gone")
    assert send(chosen, inbox, THING | {"event": "julkaistu"}).body["status"] == "accepted"
    assert send(chosen, inbox, {"id": 41, "event": "poistettu"}).body["status"] == "withdrawn"
    # An unknown one is answered 200: many programs stop sending after a 404.
    assert send(chosen, inbox, {"id": 99, "event": "gone"}).body == {"status": "unknown", "item": None}
    assert send(chosen, inbox, {"event": "gone"}).status == 422


@pytest.mark.parametrize(
    ("chosen", "headers"),
    [
        ({}, {}),
        ({"secrets": f"{FORMER} {SECRET}"}, {}),
        (
            {"header": "X-Sign", "prefix": "", "encoding": "base64", "algorithm": "sha512"},
            {"x-sign": base64.b64encode(signature(json.dumps(THING).encode(), SECRET, "sha512")).decode()},
        ),
    ],
)
def test_signatures_are_written_in_many_ways(chosen: dict[str, Any], headers: dict[str, str]) -> None:
    assert send(options(**chosen), RememberingInbox(), THING, **headers).status == 200


@pytest.mark.parametrize(
    "stated",
    [
        "",
        "sha256=",
        "sha256=zz",
        signature(json.dumps(THING).encode()).hex(),
        "sha256=" + signature(json.dumps(THING).encode(), FORMER).hex(),
        "sha256=" + signature(b"{}").hex(),
        "sha256=ä€",
    ],
)
def test_what_is_not_signed_is_refused(stated: str) -> None:
    inbox = RememberingInbox()
    assert send(options(), inbox, THING, **{"x-signature": stated}).status == 401
    assert inbox.reports == {}


def test_a_signed_time_is_held_to_its_window_and_an_id_is_taken_once() -> None:
    chosen = options(
        signed="v0:{id}:{timestamp}:{body}", timestamp_header="X-Time", id_header="X-Id", tolerance=60
    )
    inbox = RememberingInbox()
    body = json.dumps(THING)
    now = int(datetime.now(UTC).timestamp())

    def headers(stamp: str, own: str = "one") -> dict[str, str]:
        made = signature(f"v0:{own}:{stamp}:{body}".encode()).hex()
        return {"x-time": stamp, "x-id": own, "x-signature": f"sha256={made}"}

    assert send(chosen, inbox, THING, **headers(str(now))).body["status"] == "accepted"
    assert inbox.receipts == {"one"}
    assert send(chosen, inbox, THING, **headers(datetime.now(UTC).isoformat(), "two")).status == 200
    for stamp in (str(now - 120), str(now + 120), "", "yesterday", "9" * 400):
        assert send(chosen, inbox, THING, **headers(stamp)).status == 401
    moved = headers(str(now)) | {"x-time": str(now - 1)}
    assert send(chosen, inbox, THING, **moved).status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"id": NaN}', b"[" * 50_000, b'{"a": 1, "a": 2}'])
def test_what_is_no_json_is_refused(body: bytes) -> None:
    assert send(options(), RememberingInbox(), body).status == 400


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"fields": "title = name"}, "external_id is missing"),
        ({"fields": "external_id = id"}, "title is missing"),
        ({"fields": "external_id = id\ntitle = name\ncolour = c"}, "no such field"),
        ({"fields": "external_id = id\ntitle = name\ntitle.fi = n"}, "either plain or by language"),
        ({"fields": "external_id = id\ntitle = name["}, "no JMESPath expression"),
        ({"fields": "external_id = id\ntitle = nosuch(name)"}, "a function that there is not"),
        ({"fields": f"external_id = id\ntitle = {'a.' * 300}b"}, "at most 500"),
        ({"fields": "external_id = id\ntitle = " + " | ".join(["[@, @][]"] * 40)}, "selects too much"),
        ({"fields": "external_id = id\ntitle = join(@, @)"}, "glue"),
        ({"fields": "external_id"}, "lines like title"),
        ({"fields": "{"}, "neither JSON nor lines"),
        ({"signed": "{timestamp}"}, "must have {body}"),
        ({"signed": "{timestamp}.{body}"}, "set timestamp_header"),
        ({"timestamp_header": "X-Time"}, "not signed proves nothing"),
        ({"secrets": "short"}, "at least 12"),
        ({"algorithm": "sha1"}, "sha256"),
    ],
)
def test_options_that_cannot_work_are_refused_in_words(more: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        options(**more)
    assert said in str(refused.value)
    assert SECRET not in str(refused.value)


def test_a_sample_shows_what_is_right_and_what_is_not_and_needs_no_signature() -> None:
    assert INTEGRATION.sample is not None
    body = json.dumps({"things": [THING, {"id": 42}]}).encode()
    shown = INTEGRATION.sample(options(items="things"), NEAR, body)
    assert [report.external_id for report in shown.reports] == ["41"]
    assert shown.faults == ["items[1].title: is missing"]
