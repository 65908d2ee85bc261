"""The Funding & Tenders Portal: what is asked, all pages in any order, deadlines, money, and what is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.clock import When
from bot.contracts import SourceFault, SourceLink
from tests.fakes.call_sites import FakeSedia, Response
from tests.integrations.call_sources import asked, told

MISSION = "HORIZON-MISS-2027-07-CLIMA-CIT-NEB-01"
BUDGET = {
    "budgetTopicActionMap": {
        "1": [{"action": f"{MISSION} - HORIZON-IA", "budgetYearMap": {"2027": "20000000", "2028": 500000}}],
        "2": [{"action": f"{MISSION}-two - HORIZON-IA", "budgetYearMap": {"2027": "7000000"}}],
    }
}


def row(called: str = MISSION, /, **metadata: Any) -> dict[str, Any]:
    """A row of the answer, whose metadata are lists; None leaves one out."""
    whole: dict[str, Any] = {
        "identifier": called,
        "title": "Cities &amp; New European Bauhaus &#8211; &quot;together&quot;",
        "callTitle": "Climate-Neutral &amp; Smart Cities",
        "type": "1",
        "status": "31094502",
        "startDate": "2026-02-04T00:00:00.000+0000",
        "deadlineDate": "2027-09-22T15:00:00.000+0000",
        "deadlineModel": "single-stage",
        "frameworkProgramme": "43108390",
        "budgetOverview": json.dumps(BUDGET),
        "descriptionByte": '<p>Expected outcome</p><script>alert(1)</script><a href="/info">More</a>',
        "language": "en",
        **metadata,
    }
    lists = {name: v if isinstance(v, list) else [v] for name, v in whole.items() if v is not None}
    return {"reference": f"{called}en", "summary": "Short", "databaseLabel": "SEDIA", "metadata": lists}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSedia]:
    monkeypatch.setenv("no_proxy", "*")
    with FakeSedia([row()]) as site:
        yield site


def test_a_topic_becomes_a_call(site: FakeSedia) -> None:
    [call] = told(asked("sedia", site)).values()
    address = f"https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details/{MISSION}"
    assert call.title == {"en": 'Cities & New European Bauhaus – "together"'}
    assert call.body["en"].startswith(r"**Climate-Neutral \& Smart Cities**" "\n\nExpected outcome")
    assert "[More](https://ec.europa.eu/info)" in call.body["en"]
    assert "alert" not in call.body["en"]
    assert (call.url, call.links) == (address, (SourceLink(url=address, language="en"),))
    assert (call.identifier, call.fund, call.stated_state) == (MISSION, "Horizon Europe", "open")
    assert (call.opens_at, call.closes_at) == (When.parse("2026-02-04"), When.parse("2027-09-22T15:00:00Z"))
    assert call.amount_eur == 20_500_000
    assert (call.kind, call.visibility) == ("call", "public")


def test_it_asks_by_a_multipart_form_of_json_parts(site: FakeSedia) -> None:
    asked("sedia", site, programmes="43108390, 43252405", words="cities")
    parts = site.asked()
    assert parts["query"]["bool"]["must"] == [
        {"terms": {"type": ["1", "2", "8"]}},
        {"terms": {"status": ["31094501", "31094502"]}},
        {"terms": {"frameworkProgramme": ["43108390", "43252405"]}},
        {"term": {"programmePeriod": "2021 - 2027"}},
        {"term": {"language": "en"}},
    ]
    assert parts["languages"] == ["en"]
    assert site.requests[-1].query == {
        "apiKey": "SEDIA",
        "text": "cities",
        "pageSize": "100",
        "pageNumber": "1",
    }
    asked("sedia", site)
    assert site.requests[-1].query["text"] == "***"


def test_all_pages_are_read_whatever_their_order_and_each_identifier_counts_once(site: FakeSedia) -> None:
    site.results = [row(f"HORIZON-X-{number}") for number in range(240)]
    site.results[150] = site.results[3]
    first = asked("sedia", site)
    assert len(told(first)) == 239
    assert [request.query["pageNumber"] for request in site.requests] == ["1", "2", "3"]
    site.results.reverse()
    assert asked("sedia", site, first.cursor).unchanged
    site.results[0] = row("HORIZON-X-239", deadlineDate="2027-10-01T15:00:00.000+0000")
    changed = asked("sedia", site, first.cursor)
    assert told(changed)["HORIZON-X-239"].closes_at == When.parse("2027-10-01T15:00:00Z")


def test_only_calls_that_are_new_or_changed_are_told_and_a_bad_row_is_named_each_time(
    site: FakeSedia,
) -> None:
    site.results = [row("HORIZON-A-1"), row("HORIZON-A-2"), row("HORIZON-A-3", startDate="1926-01-01")]
    first = asked("sedia", site)
    assert len(first.reports) == 3
    site.results[1] = row("HORIZON-A-2", descriptionByte="<p>Another outcome</p>")
    site.results.append(row("HORIZON-A-4"))
    second = asked("sedia", site, first.cursor)
    assert [each.external_id for each in second.reports] == ["HORIZON-A-2", "HORIZON-A-4"]
    assert second.reports[0].details
    assert "Another outcome" in second.reports[0].details.body["en"]
    assert len(second.faults) == len(first.faults) == 1
    third = asked("sedia", site, second.cursor)
    assert (third.unchanged, list(third.reports), len(third.faults)) == (True, [], 1)


def test_one_row_for_each_language_is_one_call(site: FakeSedia) -> None:
    site.results = [row(title="Städer", language="sv"), row(), row(title="Villes", language="fr")]
    [call] = told(asked("sedia", site)).values()
    assert call.title == {"sv": "Städer", "en": 'Cities & New European Bauhaus – "together"'}


@pytest.mark.parametrize(
    ("model", "stated", "closes", "cutoffs", "second"),
    [
        ("single-stage", [], None, [], None),
        ("single-stage", ["2027-01-15T00:00:00.000+0000"], "2027-01-15", [], None),
        (
            "multiple cut-off",
            ["2027-10-01T15:00:00.000+0000", "2027-02-01T16:00:00.000+0000", "2027-02-01T16:00:00.000+0000"],
            "2027-10-01T15:00:00Z", ["2027-02-01T16:00:00Z"], None,
        ),
        (
            "two-stage",
            ["2027-02-01T16:00:00.000+0000", "2027-09-22T15:00:00.000+0000"],
            "2027-02-01T16:00:00Z", [], "2027-09-22T15:00:00Z",
        ),
        ("two-stage", ["2027-02-01T16:00:00.000+0000"], "2027-02-01T16:00:00Z", [], None),
    ],
)  # fmt: skip
def test_several_deadlines(
    site: FakeSedia, model: str, stated: list[str], closes: str | None, cutoffs: list[str], second: str | None
) -> None:
    site.results = [row(deadlineModel=model, deadlineDate=stated)]
    [call] = told(asked("sedia", site)).values()
    assert call.closes_at == (When.parse(closes) if closes else None)
    assert call.cutoffs == tuple(map(When.parse, cutoffs))
    assert call.second_stage_at == (When.parse(second) if second else None)


@pytest.mark.parametrize(
    "budget",
    [None, "", "...", "[]", "{}", '{"budgetTopicActionMap": null}',
     '{"budgetTopicActionMap": {"1": [{"action": "X"}]}}',
     json.dumps({"budgetTopicActionMap": {"1": [{"action": MISSION, "budgetYearMap": {"2027": "much"}}]}}),
     json.dumps({"budgetTopicActionMap": {"1": [{"action": MISSION, "budgetYearMap": {"2027": float("inf")}}]}}),
     json.dumps({"budgetTopicActionMap": {"1": [{"action": "ANOTHER-01 - RIA", "budgetYearMap": {"2027": 5}}]}})],
)  # fmt: skip
def test_without_a_budget_of_its_own_a_call_has_no_amount(site: FakeSedia, budget: str | None) -> None:
    site.results = [row(budgetOverview=budget)]
    [call] = told(asked("sedia", site)).values()
    assert call.amount_eur is None


def test_a_call_without_most_of_it_is_still_a_call(site: FakeSedia) -> None:
    kept = {"identifier", "type"}
    site.results = [row(**{name: None for name in row()["metadata"] if name not in kept})]
    [call] = told(asked("sedia", site)).values()
    assert (call.title, call.closes_at, call.fund, call.stated_state) == ({"en": "Short"}, None, None, None)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"identifier": None}, "row 2 ('BAD-01en') was left out: identifier"),
        ({"title": 5}, "title"),
        ({"metadata": None}, "it has no metadata"),
        (
            {"deadlineDate": "1927-09-22T15:00:00.000+0000"},
            "BAD-01: the deadline '1927-09-22T15:00:00.000+0000'",
        ),
        ({"startDate": "22.9.2027"}, "BAD-01: the opening '22.9.2027' was left out"),
        ({"type": "0"}, "1 of 2 rows are not of the types asked for and were left out"),
        ({"identifier": MISSION}, "stands there more than once"),
    ],
)
def test_what_is_wrong_with_a_row_is_named_and_costs_no_other(
    site: FakeSedia, wrong: dict[str, Any], said: str
) -> None:
    bad = row("BAD-01", **{name: value for name, value in wrong.items() if name != "metadata"})
    site.results = [row(), bad | {"metadata": 5} if "metadata" in wrong else bad]
    if wrong.get("identifier"):
        bad["metadata"]["title"] = ["Another"]
    fetched = asked("sedia", site)
    [fault] = fetched.faults
    assert said in fault
    assert MISSION in {report.external_id for report in fetched.reports}


@pytest.mark.parametrize(
    ("answer", "said", "kind"),
    [
        (
            {"type": "throwable", "message": "NullPointer"},
            "the search failed at its end: 'NullPointer'",
            "unreachable",
        ),
        ({"totalResults": 12, "results": []}, "says it found 12 and shows none", "structure"),
        ({"totalResults": 642_000, "results": [row()]}, "finds 642,000", "options"),
        ({"totalResults": 2, "results": [row(type="0"), row(type="6")]}, "ignores the filters", "structure"),
        ({"totalResults": 0, "results": []}, "the list is empty", "empty"),
        ({"totalResults": 1, "results": ["<b>"]}, "no row could be read", "structure"),
        ({"totalResults": 1, "results": {}}, "built otherwise", "structure"),
    ],
)
def test_answers_that_are_no_news(site: FakeSedia, answer: Any, said: str, kind: str) -> None:
    site.broken = Response.of(answer)
    with pytest.raises(SourceFault, match=said) as fault:
        asked("sedia", site)
    assert fault.value.kind == kind


def test_identifiers_choose_by_their_beginning_and_may_find_none(site: FakeSedia) -> None:
    site.results = [row(), row("HORIZON-CL5-2027-D1-01")]
    assert set(told(asked("sedia", site, identifiers="horizon-miss,LIFE-"))) == {MISSION}
    assert not asked("sedia", site, identifiers="LIFE-").reports


def test_swapped_codes_of_states_change_no_date(site: FakeSedia) -> None:
    site.results = [row(status="31094501")]
    [call] = told(asked("sedia", site)).values()
    assert (call.stated_state, call.opens_at) == ("upcoming", When.parse("2026-02-04"))
