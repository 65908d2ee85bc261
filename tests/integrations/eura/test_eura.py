"""EURA 2021: the data in its page, the links of its page, calls' own pages, and what is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from bot import clock
from bot.clock import When
from bot.contracts import Cursor, Fetched, SourceFault, SourceLink
from bot.planning.calls import disagrees
from integrations.eura.source import MOST_DETAILS
from tests.fakes.call_sites import FakeEura, Response
from tests.integrations.call_sources import asked, told

WORK = "d62b6d71-91c0-40e3-83b3-c5db0d51f134"
CITY = "0a4f9d9e-55b1-4c3d-9a53-3f1f7e8f1a11"
CODES = {
    "rahasto": {"EAKR": {"koodi": "EAKR", "fi": "Euroopan aluekehitysrahasto (EAKR)"}},
    "alue": {"VALTAKUNNALLINEN": {"koodi": "VALTAKUNNALLINEN", "fi": "Valtakunnallinen"}},
    "viranomainen": {
        "6413": {"koodi": "6413", "fi": "Pohjois-Suomen elinvoimakeskus"},
        "2601": {"koodi": "2601", "fi": "Uudenmaan liitto"},
    },
    "maakunta": {"01": {"koodi": "01", "fi": "Uusimaa"}, "02": {"koodi": "02", "fi": "Varsinais-Suomi"}},
}
OWN_PAGE = """
<h1>Kestävän kaupunkikehittämisen haku</h1><dl><dt>Hakuilmoituksen tunnus</dt><dd>UML-012</dd>
<dt>Alkaa</dt><dd>1.12.2026</dd><dt>Päättyy</dt><dd>31.1.2027</dd></dl>
<p><strong>Haun kohdealue:</strong> Etelä-Suomi</p><h3>Maakunnat</h3><ul><li>Uusimaa</li><li>Päijät-Häme</li></ul>
<h2>Hankehaun kuvaus</h2><p>Tuemme <a href="/ohje">kokeiluja</a>. Alkaa voi heti.</p><script>alert(1)</script>
<h2>Käytettävissä oleva myöntövaltuus</h2><p>Noin 1 500 000 euroa</p>
<h2>Valintaperusteet ja pisteytysmalli</h2><p>Yleiset perusteet</p><h2>Lisätiedot</h2><p>alice@example.org</p>
"""


def row(ident: str = WORK, **more: Any) -> dict[str, Any]:
    return {
        "id": ident, "tila": "haettavissa", "hakuaika": {"alku": "2026-06-01", "loppu": "2027-09-30"},
        "otsikko": "Työelämän kehittäminen", "rahasto": "ESR+", "viranomainen": "6413", "alue": "VALTAKUNNALLINEN",
        "hakutunnus": "PSUEVK-105", "maakunnat": [], **more,
    }  # fmt: skip


def data(*rows: Any) -> dict[str, Any]:
    return {"preRenderData": {"url": "/hakuilmoitukset/", "koodisto": CODES, "hankehaku": list(rows)}}


CALL = row(
    CITY, otsikko="Innokaupungit, Lahti: haku", rahasto="EAKR", viranomainen=2601, hakutunnus="UML-012",
    maakunnat=["01", "02"], hakuaika={"alku": "2026-12-01", "loppu": "2027-01-31"},
)  # fmt: skip
ANCHOR = f'<a href="/hakuilmoitukset/hakuilmoitus/{CITY}/"><h3>Innokaupungit, Lahti: haku</h3> 1.12.2026</a>'


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEura]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeEura(data(row(), CALL)) as site:
        yield site


@pytest.fixture(autouse=True)
def _in_november_2026() -> Iterator[None]:
    clock.use(lambda: When.parse("2026-11-24T08:00:00Z").begins())
    yield
    clock.use(None)


def poll(site: FakeEura, since: Cursor | None = None, **options: Any) -> Fetched:
    return asked("eura", site, since, **options)


def test_a_row_becomes_a_call(site: FakeEura) -> None:
    calls = told(poll(site))
    call, address = calls[CITY], f"{site.url}/hakuilmoitukset/hakuilmoitus/{CITY}/"
    assert call.title == {"fi": "Innokaupungit, Lahti: haku"}
    assert call.body == {"fi": "Haun kohdealue: Valtakunnallinen\n\nMaakunnat: Uusimaa, Varsinais-Suomi"}
    assert (call.url, call.links) == (address, (SourceLink(url=address, language="fi"),))
    assert (call.opens_at, call.closes_at) == (When.parse("2026-12-01"), When.parse("2027-01-31"))
    assert (call.fund, call.authority, call.councils) == ("EAKR", "Uudenmaan liitto", ("uudenmaan-liitto",))
    assert (call.identifier, call.amount_eur) == ("UML-012", None)
    assert (calls[WORK].authority, calls[WORK].councils) == ("Pohjois-Suomen elinvoimakeskus", ())


def test_a_call_that_opens_next_week_is_as_available_to_eura_as_one_that_is_open(site: FakeEura) -> None:
    over = row("over", tila="paattynyt", hakuaika={"alku": "2026-01-01", "loppu": "2026-11-20"})
    site.data = data(row(), CALL, over)
    states = {ident: call.stated_state for ident, call in told(poll(site)).items()}
    assert states == {WORK: "open", CITY: None, "over": "closed"}
    assert not any(disagrees(call) for call in told(poll(site)).values())


@pytest.mark.parametrize(
    "block",
    [
        '<script type="__PREACT_CLI_DATA__">{}</script>',
        '<script type="application/x-data" id="renamed">{}</script>',
        '<script>window.hankehaku = "";</script><script id=a>\n{}\n</script>',
    ],
)
def test_the_data_are_known_by_what_they_hold(site: FakeEura, block: str) -> None:
    site.block = block
    assert set(told(poll(site))) == {WORK, CITY}


def test_data_that_are_not_url_encoded_or_lie_elsewhere_are_found(site: FakeEura) -> None:
    for block in (
        f"<script>window.__DATA__ = {json.dumps({'a': {'b': data(CALL)}})};</script>",
        f"<script type=x>\ufeff{quote(json.dumps(data(CALL)))}</script>",
    ):
        site.broken = FakeEura.page(block)
        assert set(told(poll(site))) == {CITY}


def test_windows_1252_that_says_utf_8_is_read(site: FakeEura) -> None:
    plain = json.dumps(data(row(otsikko="Työelämä")), ensure_ascii=False)
    for body in (plain.encode("cp1252"), quote(plain, encoding="cp1252").encode()):
        whole = b'<html><body><script type="__PREACT_CLI_DATA__">' + body + b"</script></body></html>"
        site.broken = Response(200, whole, "text/html; charset=utf-8")
        assert told(poll(site))[WORK].title == {"fi": "Työelämä"}


def test_only_what_is_new_or_changed_is_told(site: FakeEura) -> None:
    first = poll(site)
    assert poll(site, first.cursor).unchanged
    site.data = data(CALL, row())
    assert poll(site, first.cursor).unchanged
    site.data = data(row(), CALL | {"otsikko": "Innokaupungit, Lahti: jatkettu haku"}, row("new-1"))
    again = poll(site, first.cursor)
    assert [report.external_id for report in again.reports] == [CITY, "new-1"]
    assert told(again)[CITY].title == {"fi": "Innokaupungit, Lahti: jatkettu haku"}


def test_a_page_that_has_not_changed_is_not_sent_again(site: FakeEura) -> None:
    first = poll(site)
    again = poll(site, first.cursor)
    assert (again.unchanged, again.cursor) == (True, first.cursor)
    assert site.requests[-1].etag


def test_an_id_that_changed_while_the_call_did_not_keeps_its_number(site: FakeEura) -> None:
    first = poll(site)
    site.data = data(row(), CALL | {"id": "another-id"})
    assert told(poll(site, first.cursor))["another-id"].identifier == "UML-012"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"id": None}, "row 2 was left out: id"),
        ({"id": ""}, "row 2 was left out: id"),
        ({"otsikko": " \x00 "}, f"row 2 ({CITY!r}) was left out: otsikko"),
        ({"otsikko": None}, "otsikko"),
        ({"hakuaika": "1.12.2026"}, "hakuaika"),
        ({"hakuaika": None}, f"{CITY}: its closing day is not known"),
        (
            {"hakuaika": {"alku": "1926-12-01", "loppu": "2027-01-31"}},
            "the opening '1926-12-01' was left out",
        ),
        (
            {"hakuaika": {"alku": "31.12.2026", "loppu": "2027-01-31"}},
            "the opening '31.12.2026' was left out",
        ),
        (
            {"viranomainen": "9999"},
            f"{CITY}: the page does not say what the code '9999' (viranomainen) means",
        ),
        ({"maakunnat": "01"}, "maakunnat"),
        ({"id": WORK}, "stands there more than once"),
    ],
)
def test_what_is_wrong_with_a_row_is_named_and_costs_no_other(
    site: FakeEura, wrong: dict[str, Any], said: str
) -> None:
    site.data = data(row(), CALL | wrong)
    fetched = poll(site)
    [fault] = fetched.faults
    assert said in fault
    assert WORK in {report.external_id for report in fetched.reports}


def test_without_data_new_calls_come_from_the_links_and_known_ones_stay(site: FakeEura) -> None:
    first = poll(site)
    new = "11111111-2222-3333-4444-555555555555"
    site.data, site.anchors = None, ANCHOR + ANCHOR.replace(CITY, new) + '<a href="/muu">Muu</a>' + "x" * 500
    fetched = poll(site, first.cursor)
    [report] = fetched.reports
    assert report.external_id == new
    assert report.details
    assert report.details.title == {"fi": "Innokaupungit, Lahti: haku"}
    assert fetched.faults == [
        "the page's data were not found: only titles and links of new calls were read",
        f"{new}: its closing day is not known",
    ]
    site.data, site.anchors = data(row(), CALL, row(new)), ""
    assert list(told(poll(site, fetched.cursor))) == [new]


def test_a_row_that_was_broken_for_a_day_is_still_known(site: FakeEura) -> None:
    first = poll(site)
    site.data = data(row(), CALL | {"otsikko": ""})
    broken = poll(site, first.cursor)
    assert not broken.reports
    site.data = data(row(), CALL)
    assert poll(site, broken.cursor).unchanged


def test_links_of_nothing_new_are_no_page_that_is_well(site: FakeEura) -> None:
    first = poll(site)
    site.data, site.anchors = None, ANCHOR + "x" * 500
    with pytest.raises(SourceFault, match="only titles and links") as fault:
        poll(site, first.cursor)
    assert fault.value.kind == "structure"
    site.data, site.anchors = data(row(), CALL), ""
    assert poll(site, first.cursor).unchanged


PAGE = FakeEura.page("<main><h1>Hakuilmoitukset</h1>" + "Hakuilmoituksia ei ole. " * 100 + "</main>")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Response(500), "unreachable"),
        (Response(403), "refused"),
        (Response(404), "gone"),
        (Response(200, b"", "text/html"), "not_content"),
        (Response(200, b'{"hankehaku": []}'), "not_content"),
        (PAGE, "structure"),
        (Response(200, PAGE.body[:-300], "text/html"), "not_content"),
        (FakeEura.page("<h1>Kirjaudu sisään</h1><form><input type=password></form>"), "not_content"),
        (FakeEura.page('<div id="app"></div><script src="/bundle.js"></script>'), "not_content"),
        (FakeEura.page(f"<script>{json.dumps(data())}</script>"), "empty"),
        (FakeEura.page(f"<script>{json.dumps(data('a', None, 5))}</script>"), "structure"),
        (FakeEura.page(f"<script>{json.dumps({'hankehaku': {}})}</script>"), "structure"),
        (
            FakeEura.page(f"<script>{json.dumps(data(row(hakuaika={'alkaa': '2026-06-01'})))}</script>"),
            "structure",
        ),
        (
            FakeEura.page("<script>" + "[" * 9 + '{"hankehaku": [' + "</script>" + PAGE.body.decode()),
            "structure",
        ),
        (Response(200, b"<html>" + b" " * 20_000_000, "text/html"), "too_large"),
    ],
)
def test_what_is_not_the_page_is_a_fault(site: FakeEura, answer: Response, kind: str) -> None:
    site.broken = answer
    with pytest.raises(SourceFault) as fault:
        poll(site)
    assert fault.value.kind == kind


def test_a_calls_own_page_adds_texts_and_money(site: FakeEura) -> None:
    site.data = data(CALL)
    site.details[CITY] = OWN_PAGE
    call = told(poll(site, details="yes"))[CITY]
    assert call.amount_eur == 1_500_000
    body = call.body["fi"]
    assert f"## Hankehaun kuvaus\n\nTuemme [kokeiluja]({site.url}/ohje). Alkaa voi heti." in body
    assert "## Valintaperusteet ja pisteytysmalli\n\nYleiset perusteet" in body
    assert "## Lisätiedot\n\nalice@example.org" in body
    assert "alert" not in body
    assert call.closes_at == When.parse("2027-01-31")


def test_a_link_and_its_page_make_a_call_with_days_and_number(site: FakeEura) -> None:
    site.data, site.anchors = None, ANCHOR + "x" * 500
    site.details[CITY] = OWN_PAGE
    fetched = poll(site, details="yes")
    [report] = fetched.reports
    call = report.details
    assert call is not None
    assert (call.opens_at, call.closes_at) == (When.parse("2026-12-01"), When.parse("2027-01-31"))
    assert (call.identifier, len(fetched.faults)) == ("UML-012", 1)
    assert call.body["fi"].startswith("Haun kohdealue: Etelä-Suomi\n\nMaakunnat: Uusimaa, Päijät-Häme\n\n## ")


def test_so_many_own_pages_are_read_a_poll_and_the_others_at_the_next(site: FakeEura) -> None:
    every = [row(f"call-{number}") for number in range(MOST_DETAILS + 5)]
    over = row("over", hakuaika={"alku": "2025-01-01", "loppu": "2026-11-23"}, tila="paattynyt")
    site.data = data(over, *every)
    site.details = {each["id"]: OWN_PAGE for each in every}
    first = poll(site, details="yes")
    assert len(first.reports) == len(every) + 1
    assert sum(bool(each.details and each.details.amount_eur) for each in first.reports) == MOST_DETAILS
    second = poll(site, first.cursor, details="yes")
    assert len(told(second)) == 5
    assert all(each.amount_eur for each in told(second).values())
    asked_before = len(site.requests)
    assert poll(site, second.cursor, details="yes").unchanged
    assert len(site.requests) == asked_before + 1
    assert not any("/over/" in request.path for request in site.requests)


def test_a_changed_call_waits_once_for_its_own_page_and_no_longer(site: FakeEura) -> None:
    site.data = data(CALL)
    site.details[CITY] = OWN_PAGE
    first = poll(site, details="yes")
    site.data = data(CALL | {"hakuaika": {"alku": "2026-12-01", "loppu": "2027-02-15"}})
    del site.details[CITY]
    waits = poll(site, first.cursor, details="yes")
    assert (list(waits.reports), len(waits.faults)) == ([], 2)
    assert "its own page could not be read: the address is not there (HTTP 404)" in waits.faults[0]
    bare = poll(site, waits.cursor, details="yes")
    [report] = bare.reports
    assert report.details
    assert report.details.closes_at == When.parse("2027-02-15")
    site.details[CITY] = OWN_PAGE
    assert told(poll(site, bare.cursor, details="yes"))[CITY].amount_eur == 1_500_000


@pytest.mark.parametrize(
    "page", ["<h1>Muu sivu</h1>" + "x" * 2_000, "<h1>Kirjaudu</h1><form><input type=password></form>"]
)
def test_an_own_page_that_is_none_costs_only_its_text(site: FakeEura, page: str) -> None:
    site.data = data(CALL)
    site.details[CITY] = page
    fetched = poll(site, details="yes")
    [report] = fetched.reports
    [fault] = fetched.faults
    assert report.details
    assert report.details.closes_at == When.parse("2027-01-31")
    assert fault.startswith(f"{CITY}: its own page could not be read")
