"""What no site may do to us, tried on every kind of source that is asked; a new kind is, by its line in `PLACES`."""

from __future__ import annotations

import gzip
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.contracts import Cursor, Details, FaultKind, Fetched, SourceFault
from integrations import reading
from tests.conftest import FrozenClock
from tests.fakes.call_sites import Response
from tests.fakes.feeds import FakeFeeds
from tests.fakes.veil import Spoil, Veil
from tests.integrations.eura.test_eura import CITY, OWN_PAGE, WORK
from tests.integrations.page_sources import HTML, NOT_CONTENT
from tests.integrations.sedia.test_sedia import row as sedia_row
from tests.integrations.sites import PLACES, Site, standing

BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.fixture(params=PLACES)
def site(
    request: pytest.FixtureRequest, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """Each kind's sound site."""
    monkeypatch.setenv("no_proxy", "*")
    with standing(request.param) as site:
        yield site
    reading.ROBOTS.forget()


STATUSES = {
    401: "refused", 403: "refused", 404: "gone", 410: "gone", 429: "limited", 500: "unreachable", 503: "unreachable",
}  # fmt: skip
LARGE = 35_000_000  # bytes, more than any kind reads
PACKED = gzip.compress(b" " * LARGE)


def body(change: Callable[[bytes], bytes]) -> Spoil:
    return lambda answer: replace(answer, body=change(answer.body))


def instead(data: str | bytes, content_type: str | None = None, **headers: str) -> Spoil:
    """Another body, under the same Content-Type or another."""

    def spoil(answer: Response) -> Response:
        raw = data if isinstance(data, bytes) else data.encode()
        return Response(200, raw, content_type or answer.content_type, headers)

    return spoil


def told(fetched: Fetched) -> dict[str, Details | None]:
    return {each.external_id: each.details for each in fetched.reports}


def promising_more(answer: Response) -> Response:
    return replace(answer, headers={**answer.headers, "Content-Length": str(len(answer.body) + 1_000)})


def tried(site: Site, spoil: Spoil, known: Cursor | None = None) -> tuple[Fetched, FaultKind | None]:
    """What a spoiled site brings, and what kind of fault it is when it cannot be read."""
    site.veil.spoil = spoil
    try:
        return site.ask(known), None
    except SourceFault as fault:
        return Fetched([], {}), fault.kind


def fault_of(site: Site, spoil: Spoil) -> SourceFault:
    """Why a spoiled site cannot be read, whether it was known before or not; it is never taken for an empty one."""
    site.veil.spoil = None
    known = site.ask().cursor
    site.veil.spoil = spoil
    with pytest.raises(SourceFault) as again:
        site.ask(known)
    with pytest.raises(SourceFault) as first:
        site.ask()
    assert {again.value.kind, first.value.kind} <= {first.value.kind, "empty"}
    return first.value


def test_a_sound_site_has_no_fault(site: Site) -> None:
    fetched = site.ask()
    assert fetched.reports
    assert not fetched.faults
    assert not site.ask(fetched.cursor).faults


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_half_an_answer_is_named_and_withdraws_nothing(site: Site, share: float) -> None:
    known = site.ask().cursor
    fetched, fault = tried(site, body(lambda whole: whole[: int(len(whole) * share)]), known)
    assert fault in {"structure", "not_content", "empty", None}
    assert fault or fetched.faults
    assert None not in told(fetched).values()


def test_an_answer_that_breaks_off_on_the_line_is_a_fault(site: Site) -> None:
    fault = fault_of(site, promising_more)
    assert fault.kind == "unreachable"


@pytest.mark.parametrize("name", NOT_CONTENT)
def test_what_stands_instead_of_the_content_is_not_content(site: Site, name: str) -> None:
    for content_type in (HTML, None):
        assert fault_of(site, instead(NOT_CONTENT[name], content_type)).kind == "not_content"


def test_nothing_is_not_no_news(site: Site) -> None:
    for nothing in (b"", b" \r\n", b"\xef\xbb\xbf", b"\0" * 100):
        assert fault_of(site, instead(nothing)).kind in {"structure", "not_content", "empty"}


ODD = {
    "null": b"null", "an empty list": b"[]", "an empty object": b"{}", "text": b'"text"',
    "no text": b"\xff\xfe\x00\xd8",
    "a deep list": b"[" * 100_000, "a deep page": b"<html><body>" + b"<a>" * 100_000,
}  # fmt: skip


def test_other_data_than_before_are_a_fault(site: Site) -> None:
    known = site.ask().cursor
    for name, odd in ODD.items():
        site.veil.spoil = instead(odd)
        with pytest.raises(SourceFault) as fault:
            site.ask(known)
        assert fault.value.kind in {"structure", "not_content", "empty"}, name


def test_a_byte_order_mark_is_no_letter(site: Site) -> None:
    sound = told(site.ask())
    site.veil.spoil = body(lambda whole: b"\xef\xbb\xbf" + whole)
    marked = site.ask()
    assert told(marked) == sound
    assert not marked.faults


def test_windows_1252_that_says_it_were_utf_8_loses_no_letter(site: Site) -> None:
    sound = told(site.ask())
    site.veil.spoil = body(lambda whole: whole.decode().encode("cp1252", "xmlcharrefreplace"))
    fetched = site.ask()
    assert told(fetched) == sound
    assert not fetched.faults


MOMENTS = {
    "opens_at", "closes_at", "starts_at", "ends_at", "published_at", "cutoffs", "second_stage_at", "briefing_at",
}  # fmt: skip


@pytest.mark.parametrize("year", ["1926", "1970", "1601", "0001", "9999"])
def test_a_date_that_cannot_be_meant_is_nobodys_date(site: Site, year: str) -> None:
    impossible = body(lambda whole: re.sub(rb"202[67](?=[-0-9.])|(?<=\.)202[67]", year.encode(), whole))
    fetched, fault = tried(site, impossible)
    assert fault in {"structure", "empty", None}
    for details in filter(None, told(fetched).values()):
        assert year not in str(details.model_dump(mode="json", include=MOMENTS))


def test_a_bomb_of_entities_does_not_go_off(site: Site) -> None:
    sound = told(site.ask())
    heads = re.compile(rb"<!doctype[^>]*>|<\?xml[^>]*>", re.IGNORECASE)
    for spoil in (
        body(lambda whole: BOMB.encode() + heads.sub(b"", whole).replace(b"Ty", b"&c;Ty")),
        body(lambda whole: whole.replace(b"Ty", b"&c;" * 5_000 + b"Ty", 1)),
    ):
        fetched, _ = tried(site, spoil)
        assert "haha" not in str(told(fetched))
        assert set(told(fetched)) <= set(sound)


def test_a_bomb_of_gzip_does_not_go_off(site: Site) -> None:
    assert fault_of(site, instead(PACKED, **{"Content-Encoding": "gzip"})).kind == "too_large"


def test_an_answer_of_35_megabytes_is_too_large(site: Site) -> None:
    assert fault_of(site, instead(b"<html>" + b" " * LARGE)).kind == "too_large"


@pytest.mark.parametrize("status", [302, 308])
def test_a_redirect_into_a_private_net_is_not_followed(site: Site, status: int) -> None:
    with FakeFeeds() as inner:
        where = {"Location": inner.url("/admin")}
        assert fault_of(site, lambda _: Response(status, headers=where)).kind in {
            "private",
            "unreachable",
            "gone",
            "other",
        }
        assert inner.requests == []


def test_redirects_in_a_circle_end(site: Site) -> None:
    fault_of(site, lambda _: Response(302, headers={"Location": site.veil.requests[-1].target}))
    assert len(site.veil.requests) < 60


def test_a_name_that_turns_private_after_it_was_checked_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    turns = iter(["93.184.215.14", *["127.0.0.1"] * 10])
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: real(next(turns), *rest, **more))
    with pytest.raises(SourceFault) as fault:
        site.ask(url=site.veil.url.replace("http://127.0.0.1", "https://rebind.example"))
    assert fault.value.kind == "private"
    assert site.veil.requests == []


def test_every_kind_waits_for_its_hosts_turn_before_it_connects(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, turns = socket.getaddrinfo, list[str]()

    def resolved(_host: str, *rest: object, **more: object) -> object:
        return real("127.0.0.1" if turns else "93.184.215.14", *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(SourceFault):
        site.ask(
            url=site.veil.url.replace("http://127.0.0.1", "https://rebind.example"),
            wait_for_turn=turns.append,
        )
    assert set(turns) == {"rebind.example"}
    assert site.veil.requests == []


def test_a_status_says_what_is_wrong_and_how_long_to_wait(site: Site) -> None:
    known = site.ask().cursor
    for status, kind in STATUSES.items():
        site.veil.spoil = lambda _: Response(status, headers={"Retry-After": "120"})  # noqa: B023
        with pytest.raises(SourceFault) as fault:
            site.ask(known)
        assert (fault.value.kind, fault.value.retry_after) == (kind, 120), status


def test_no_kind_asks_by_itself_past_the_limits_of_size_time_and_address(site: Site) -> None:
    """How slow a server may be is tried in test_http and test_calling, which all of them ask by."""
    own = re.compile(
        r"^\s*(import|from) (requests|urllib3|urllib\.request|http\.client|socket|httpx|aiohttp)\b", re.M
    )
    for file in (Path("integrations") / site.place.kind).glob("*.py"):
        assert not own.search(file.read_text("utf-8")), file


SEVERAL: dict[str, Callable[[Any], object]] = {
    "eura": lambda fake: fake.details.update(dict.fromkeys((WORK, CITY), OWN_PAGE)),
    "haeavustuksia": lambda fake: setattr(fake, "page_size", 1),
    "sedia": lambda fake: fake.results.extend(sedia_row(f"HORIZON-{number}") for number in range(150)),
    "rakennerahastot": lambda fake: None,
    "discourse": lambda fake: None,
}


@pytest.mark.parametrize("name", SEVERAL)
def test_a_site_that_is_too_slow_for_all_its_pages_is_read_on_the_next_time(
    frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("no_proxy", "*")
    place = PLACES[name]
    if name == "eura":
        place = replace(place, options=lambda url: {"site": url, "details": True})
    with place.build() as fake, Veil(fake.place) as veil:
        SEVERAL[name](fake)
        site = Site(place, fake, veil)
        first = site.ask(patience=0.0)
        assert len(first.reports) >= 1
        seen = len(site.veil.requests)
        whole = site.ask()
        assert seen < len(site.veil.requests) - seen
        assert len(site.ask(first.cursor).reports) >= 1
        assert not whole.faults
    reading.ROBOTS.forget()
