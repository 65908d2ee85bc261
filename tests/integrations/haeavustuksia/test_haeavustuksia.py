"""haeavustuksia.fi: all pages of the list, days behind UTC instants, and what is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.clock import When
from bot.contracts import SourceFault, SourceLink
from integrations.listing import MOST_PAGES
from tests.fakes.call_sites import FakeHaeavustuksia, Response
from tests.integrations.call_sources import asked, told

ROADS: dict[str, Any] = {
    "hakuasianAsianumero": "va-lou-2026-5",
    "nimi": {"fi": "Yksityisteiden valtionavustukset", "sv": "Statsbidrag för enskilda vägar", "en": None},
    "kuvaus": {"fi": "Tiekunta voi hakea avustusta yksityistien parantamiseen.", "sv": None, "en": None},
    "hakuAlkaaDateTimeUtc": "2025-12-31T22:00:00Z",
    "hakuPaattyyDateTimeUtc": "2036-12-31T21:59:00Z",
    "hakuTyyppi": "Jatkuva",
    "julkaisuTyyppi": "Hakuilmoitus",
}
CITIES: dict[str, Any] = {
    **ROADS,
    "hakuasianAsianumero": "VN/123/2026",
    "nimi": {"fi": "Kaupunkien digitalisaatio", "sv": None, "en": None},
    "hakuAlkaaDateTimeUtc": "2026-11-01T22:00:00Z",
    "hakuPaattyyDateTimeUtc": "2027-01-15T14:15:00Z",
    "hakuTyyppi": "Määräaikainen",
}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHaeavustuksia]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeHaeavustuksia([ROADS, CITIES], page_size=1) as site:
        yield site


def test_all_pages_become_calls_in_the_languages_they_have(site: FakeHaeavustuksia) -> None:
    calls = told(asked("haeavustuksia", site))
    roads, cities = calls["va-lou-2026-5"], calls["VN/123/2026"]
    assert roads.title == {"fi": "Yksityisteiden valtionavustukset", "sv": "Statsbidrag för enskilda vägar"}
    assert roads.body == {"fi": "Tiekunta voi hakea avustusta yksityistien parantamiseen."}
    assert roads.links == (
        SourceLink(url=f"{site.url}/fi/haku/va-lou-2026-5", language="fi"),
        SourceLink(url=f"{site.url}/sv/haku/va-lou-2026-5", language="sv"),
    )
    assert (cities.url, cities.identifier) == (f"{site.url}/fi/haku/VN%2F123%2F2026", "VN/123/2026")
    assert (cities.kind, cities.visibility) == ("call", "public")


def test_a_window_of_ten_years_is_no_deadline_and_midnight_in_finland_is_a_day(
    site: FakeHaeavustuksia,
) -> None:
    calls = told(asked("haeavustuksia", site))
    roads, cities = calls["va-lou-2026-5"], calls["VN/123/2026"]
    assert (roads.opens_at, roads.closes_at, roads.continuous) == (When.parse("2026-01-01"), None, True)
    assert (cities.opens_at, cities.continuous) == (When.parse("2026-11-02"), False)
    assert cities.closes_at == When.parse("2027-01-15T14:15:00Z")


@pytest.mark.parametrize(
    ("stated", "meant"),
    [
        ("2027-01-31T21:59:00Z", "2027-01-31"),
        ("2027-01-31T21:59:59.999Z", "2027-01-31"),
        ("2027-06-30T20:59:00Z", "2027-06-30"),
        ("2027-06-30T21:00:00Z", "2027-06-30"),
        ("2027-01-31T22:00:00+00:00", "2027-01-31"),
        ("2027-01-31T21:00:00Z", "2027-01-31T21:00:00Z"),
        ("2027-01-31", "2027-01-31"),
        (None, None),
    ],
)
def test_when_a_call_closes(site: FakeHaeavustuksia, stated: str | None, meant: str | None) -> None:
    site.rows = [{**CITIES, "hakuPaattyyDateTimeUtc": stated}]
    [call] = told(asked("haeavustuksia", site)).values()
    assert call.closes_at == (When.parse(meant) if meant else None)


def test_the_same_list_in_another_order_is_unchanged_and_another_title_is_not(
    site: FakeHaeavustuksia,
) -> None:
    first = asked("haeavustuksia", site)
    site.rows.reverse()
    again = asked("haeavustuksia", site, first.cursor)
    assert (again.unchanged, list(again.reports)) == (True, [])
    site.rows[0] = {**CITIES, "nimi": {"fi": "Kaupunkien uusi digitalisaatio"}}
    changed = asked("haeavustuksia", site, again.cursor)
    assert not changed.unchanged
    assert told(changed)["VN/123/2026"].title == {"fi": "Kaupunkien uusi digitalisaatio"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"hakuasianAsianumero": None}, "row 2 was left out: hakuasianAsianumero"),
        ({"hakuasianAsianumero": "a" * 201}, "hakuasianAsianumero"),
        ({"hakuasianAsianumero": "a\r\nb"}, "hakuasianAsianumero"),
        ({"nimi": None}, "row 2 ('VN/123/2026') was left out: nimi: it has no name in Finnish"),
        ({"nimi": {"fi": "  "}}, "nimi"),
        ({"nimi": 5}, "nimi"),
        (
            {"hakuPaattyyDateTimeUtc": "1926-12-31T21:59:00Z"},
            "VN/123/2026: the closing '1926-12-31T21:59:00Z'",
        ),
        ({"hakuPaattyyDateTimeUtc": "2027-01-15T14:15:00"}, "zone"),
        ({"hakuPaattyyDateTimeUtc": "soon"}, "'soon' was left out"),
        ({"hakuAlkaaDateTimeUtc": 5}, "the opening 5 was left out"),
        ({"hakuasianAsianumero": "va-lou-2026-5"}, "stands there more than once"),
    ],
)
def test_what_is_wrong_with_a_row_is_named_and_costs_no_other(
    site: FakeHaeavustuksia, wrong: dict[str, Any], said: str
) -> None:
    site.rows = [ROADS, {**CITIES, **wrong}]
    fetched = asked("haeavustuksia", site)
    [fault] = fetched.faults
    assert said in fault
    assert "va-lou-2026-5" in {report.external_id for report in fetched.reports}


def test_a_row_that_is_no_object_is_left_out(site: FakeHaeavustuksia) -> None:
    site.rows = [ROADS, "<script>", None]
    fetched = asked("haeavustuksia", site)
    assert (len(fetched.reports), len(fetched.faults)) == (1, 2)


def test_no_call_at_all_is_a_fault_unless_few_were_asked_for(site: FakeHaeavustuksia) -> None:
    site.rows = []
    with pytest.raises(SourceFault, match="the list is empty, and 2 stood there before") as fault:
        asked("haeavustuksia", site, {"count": 2})
    assert fault.value.kind == "empty"
    assert not asked("haeavustuksia", site, search="kaupunki").reports
    assert site.requests[-1].query["SearchTerm"] == "kaupunki"
    site.broken = Response.of({"totalCount": 7, "pageCount": 1, "hakuilmoitukset": []})
    with pytest.raises(SourceFault, match="says it has 7 calls and shows none"):
        asked("haeavustuksia", site, search="kaupunki")


def test_a_list_without_end_is_read_to_a_limit_that_is_said(site: FakeHaeavustuksia) -> None:
    site.broken = Response.of({"totalCount": 1, "pageCount": 10**6, "hakuilmoitukset": [ROADS]})
    fetched = asked("haeavustuksia", site)
    assert (len(fetched.reports), len(site.requests)) == (1, MOST_PAGES)
    assert fetched.faults == [f"only the first {MOST_PAGES} of 1000000 pages were read"]


def test_an_authority_is_asked_for_and_stands_in_its_calls(site: FakeHaeavustuksia) -> None:
    [first, *_] = told(asked("haeavustuksia", site, authority="TEM")).values()
    assert (first.authority, site.requests[0].query["VaOrgLyhenne"]) == ("TEM", "TEM")


def test_markup_and_hidden_characters_of_a_text_stay_text(site: FakeHaeavustuksia) -> None:
    hostile = "<script>alert(1)</script><p>Hae <b>nyt</b></p>\x00"
    site.rows = [{**CITIES, "nimi": {"fi": "<!channel> Haku\r\nBcc: x"}, "kuvaus": {"fi": hostile}}]
    [call] = told(asked("haeavustuksia", site)).values()
    assert call.title == {"fi": "<!channel> Haku Bcc: x"}
    assert call.body == {"fi": "Hae **nyt**"}
