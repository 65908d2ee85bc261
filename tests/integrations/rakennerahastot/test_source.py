"""Notices of rakennerahastot.fi: cards, two languages of one call, and money that differs between them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import clock
from bot.clock import When
from bot.contracts import Fetched, SourceFault
from tests.fakes.rakennerahastot import HTML, FakeRakennerahastot
from tests.integrations.page_sources import LOGIN, asked, told

FINNISH = (
    "<p>Kestävän kaupunkikehittämisen EAKR-haku on auki 17.6.–30.8.2026. Uudenmaan liitto rahoittaa hanketta. "
    "Rahoitusta on haettavissa noin 730 000 euroa. Tuki on enintään 60 %. Yhdelle hankkeelle jaetaan enintään "
    "200 000 euroa.</p>"
)
SWEDISH = (
    "<p>Ansökningsomgången (ERUF) är öppen 17.6.–30.8.2026. Nylands förbund finansierar. Det finns 1,4 miljoner euro "
    "att söka. Stödet är högst 60 %.</p>"
)
STAMP_SV = "Utgivningsdatum 17.6.2026 7.00 | Publicerad på svenska 24.6.2026 kl. 8.42"


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeRakennerahastot]:
    monkeypatch.setenv("no_proxy", "*")
    clock.use(lambda: datetime(2026, 6, 25, 9, tzinfo=UTC))
    with FakeRakennerahastot() as site:
        yield site
    clock.use(None)


def ask(site: FakeRakennerahastot, since: Any = None, **options: Any) -> Fetched:
    return asked("rakennerahastot", site, since, site=site.url("/"), **options)


def lahti(
    site: FakeRakennerahastot, *, linked: bool, text: str = FINNISH, tag: str = "Haku on avoinna"
) -> None:
    versions = {"fi": "/-/haku-lahti", "sv": "/sv/-/utlysning-lahtis"} if linked else {}
    site.notice("haku-lahti", "HAKU AVOINNA: EAKR-haku Lahdessa", text, versions=versions, tag=tag)
    site.notice(
        "utlysning-lahtis",
        "Utlysning i Lahtis",
        SWEDISH,
        language="sv",
        stamp=STAMP_SV,
        tag="",
        versions=versions,
    )


def paths(site: FakeRakennerahastot) -> list[str]:
    return [request.path for request in site.requests if request.path != "/robots.txt"]


def test_a_finnish_call_is_told_with_what_its_prose_states(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.cards("/hakuajat", "/-/haku-lahti", site.url("/-/haku-lahti?p=1"), "https://other.example/-/x")
    said = told(ask(site))["/-/haku-lahti"]
    assert (said.kind, said.title, said.url) == (
        "call", {"fi": "HAKU AVOINNA: EAKR-haku Lahdessa"}, site.url("/-/haku-lahti"),
    )  # fmt: skip
    assert (said.opens_at, said.closes_at) == (When.parse("2026-06-17"), When.parse("2026-08-30"))
    assert (said.fund, said.councils, said.stated_state) == ("EAKR", ("uudenmaan-liitto",), "open")
    assert (said.amount_eur, said.support_percent, said.figures) == (730_000, 60, ())
    assert said.published_at == When.parse("2026-06-17T07:00+03:00")


@pytest.mark.parametrize("linked", [True, False])
def test_both_languages_are_one_report_and_sums_that_differ_stand_side_by_side(
    site: FakeRakennerahastot, linked: bool
) -> None:
    lahti(site, linked=linked)
    site.cards("/hakuajat", "/-/haku-lahti", *([] if linked else ["/sv/-/utlysning-lahtis"]))
    [(own, said)] = told(ask(site)).items()
    assert own == "/-/haku-lahti"
    assert said.title == {"fi": "HAKU AVOINNA: EAKR-haku Lahdessa", "sv": "Utlysning i Lahtis"}
    assert set(said.body) == {"fi", "sv"}
    assert [(link.language, link.url) for link in said.links] == [
        ("fi", site.url("/-/haku-lahti")), ("sv", site.url("/sv/-/utlysning-lahtis")),
    ]  # fmt: skip
    assert said.amount_eur is None
    assert [(each.language, each.value, each.url) for each in said.figures] == [
        ("fi", 730_000, site.url("/-/haku-lahti")), ("sv", 1_400_000, site.url("/sv/-/utlysning-lahtis")),
    ]  # fmt: skip
    assert said.support_percent == 60


def test_calls_that_share_their_days_stay_apart(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.notice("haku-turku", "Haku avoinna Turussa", FINNISH)
    site.cards("/hakuajat", "/-/haku-lahti", "/-/haku-turku", "/sv/-/utlysning-lahtis")
    assert set(told(ask(site))) == {"/-/haku-lahti", "/-/haku-turku", "/sv/-/utlysning-lahtis"}


def test_a_page_without_translation_under_the_other_address_is_no_second_language(
    site: FakeRakennerahastot,
) -> None:
    versions = {"sv": "/sv/-/haku-lahti"}
    site.notice("haku-lahti", "Haku avoinna Lahdessa", FINNISH, versions=versions)
    site.notice("haku-lahti", "Haku avoinna Lahdessa", FINNISH, language="sv", versions=versions)
    site.cards("/hakuajat", "/-/haku-lahti")
    assert next(iter(told(ask(site)).values())).title == {"fi": "Haku avoinna Lahdessa"}


def test_nothing_is_told_again_until_it_changes_and_then_in_both_languages(site: FakeRakennerahastot) -> None:
    lahti(site, linked=True)
    site.cards("/hakuajat", "/-/haku-lahti")
    first = ask(site)
    again = ask(site, first.cursor)
    assert (again.unchanged, list(again.reports)) == (True, [])
    lahti(site, linked=True, text=FINNISH.replace("30.8.2026", "15.9.2026"))
    changed = ask(site, again.cursor)
    [report] = changed.reports
    assert report.external_id == "/-/haku-lahti"
    assert report.details
    assert set(report.details.title) == {"fi", "sv"}
    assert report.details.closes_at == When.parse("2026-09-15")
    assert "another closing date (2026-08-30)" in changed.faults[0]


def test_a_swedish_page_that_comes_days_later_joins_the_call_it_belongs_to(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.cards("/hakuajat", "/-/haku-lahti")
    first = ask(site)
    site.cards("/hakuajat", "/-/haku-lahti", "/sv/-/utlysning-lahtis")
    [(own, said)] = told(ask(site, first.cursor)).items()
    assert (own, set(said.title)) == ("/-/haku-lahti", {"fi", "sv"})


def test_a_call_keeps_its_id_when_its_finnish_page_comes_second(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.cards("/hakuajat", "/sv/-/utlysning-lahtis")
    first = ask(site)
    site.cards("/hakuajat", "/sv/-/utlysning-lahtis", "/-/haku-lahti")
    assert list(told(ask(site, first.cursor))) == ["/sv/-/utlysning-lahtis"]


def test_the_end_of_a_call_is_news_and_no_call(site: FakeRakennerahastot) -> None:
    title = "Ensimmäinen EAKR-rahoitushaku pääkaupunkiseudun hankkeille on päättynyt"
    site.notice("paattynyt", title, "<p>Haku oli auki 15.8.–25.9.2025. 29 hakemusta.</p>", tag="")
    site.notice("kolme-syyta", "Kolme syytä hakea rahoitusta", "<p>Lue jutusta.</p>", tag="")
    site.cards("/hakuajat", "/-/paattynyt", "/-/kolme-syyta")
    assert [(each.kind, each.closes_at) for each in told(ask(site)).values()] == [
        ("news", None),
        ("news", None),
    ]


def test_a_range_without_a_year_is_of_the_year_in_which_it_was_written(site: FakeRakennerahastot) -> None:
    site.notice(
        "vanha", "Haku avoinna", "<p>Haku on auki 2.4.-6.5.</p>", stamp="Julkaisuajankohta 2.4.2024 9.00"
    )
    site.cards("/hakuajat", "/-/vanha")
    assert told(ask(site))["/-/vanha"].closes_at == When.parse("2024-05-06")


def test_a_call_whose_end_cannot_be_read_is_told_and_named(site: FakeRakennerahastot) -> None:
    site.notice("x", "Haku avoinna", "<p>Haku on jatkuva. Jaossa on 100 000 euroa tai 200 000 euroa.</p>")
    site.cards("/hakuajat", "/-/x")
    fetched = ask(site)
    [report] = fetched.reports
    assert report.details
    assert (report.details.kind, report.details.amount_eur) == ("call", None)
    assert "no closing date" in fetched.faults[0]


def test_the_other_path_is_asked_only_when_the_first_has_no_cards(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.cards("/rahoitushaut", "/-/haku-lahti")
    assert list(told(ask(site))) == ["/-/haku-lahti"]
    site.cards("/hakuajat", "/-/haku-lahti")
    site.requests.clear()
    ask(site)
    assert "/rahoitushaut" not in paths(site)


def test_at_most_so_many_pages_are_read_new_ones_first(site: FakeRakennerahastot) -> None:
    names = [site.notice(f"n{number}", f"Uutinen {number}", "<p>Teksti</p>", tag="") for number in range(9)]
    site.cards("/hakuajat", *names)
    first = ask(site, most=2)
    assert len(first.reports) == 4
    second = ask(site, first.cursor, most=2)
    assert {each.external_id for each in second.reports} == set(names[4:6])


def test_a_call_waits_for_its_other_language_when_no_more_may_be_read(site: FakeRakennerahastot) -> None:
    lahti(site, linked=True)
    first = site.notice("a", "Uutinen", "<p>Teksti</p>", tag="")
    others = [site.notice(f"b{number}", f"Uutinen {number}", "<p>Teksti</p>", tag="") for number in range(2)]
    site.cards("/hakuajat", first, *others, "/-/haku-lahti")
    early = ask(site, most=2)
    assert {each.external_id for each in early.reports} == {first, *others}
    [(own, said)] = told(ask(site, early.cursor, most=2)).items()
    assert (own, set(said.title)) == ("/-/haku-lahti", {"fi", "sv"})


def test_a_language_that_is_there_no_more_does_not_hold_the_other_back(site: FakeRakennerahastot) -> None:
    lahti(site, linked=True)
    site.cards("/hakuajat", "/-/haku-lahti")
    first = ask(site)
    lahti(site, linked=True, text=FINNISH.replace("30.8.2026", "15.9.2026"))
    site.raise_status("/sv/-/utlysning-lahtis", 503)
    waiting = ask(site, first.cursor)
    assert not waiting.reports
    site.raise_status("/sv/-/utlysning-lahtis", 404)
    [report] = ask(site, waiting.cursor).reports
    assert report.external_id == "/-/haku-lahti"
    assert report.details
    assert (set(report.details.title), report.details.closes_at) == ({"fi"}, When.parse("2026-09-15"))


def test_one_bad_notice_costs_only_itself(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.raise_status("/-/gone", 404)
    site.serve("/-/login", LOGIN, HTML)
    site.cards("/hakuajat", "/-/gone", "/-/login", "/-/haku-lahti")
    fetched = ask(site)
    assert [each.external_id for each in fetched.reports] == ["/-/haku-lahti"]
    assert len(fetched.faults) == 2


def test_lists_without_cards_are_a_fault(site: FakeRakennerahastot) -> None:
    site.cards("/hakuajat")
    site.cards("/rahoitushaut")
    with pytest.raises(SourceFault) as fault:
        ask(site)
    assert fault.value.kind == "structure"


def test_cards_that_are_suddenly_gone_are_a_fault(site: FakeRakennerahastot) -> None:
    lahti(site, linked=False)
    site.cards("/hakuajat", "/-/haku-lahti")
    first = ask(site)
    site.cards("/hakuajat")
    with pytest.raises(SourceFault, match="there were 1 notices before") as fault:
        ask(site, first.cursor)
    assert fault.value.kind == "empty"


def test_lists_that_are_gone_and_notices_that_all_fail_are_faults(site: FakeRakennerahastot) -> None:
    with pytest.raises(SourceFault) as fault:
        ask(site)
    assert fault.value.kind == "gone"
    site.cards("/hakuajat", "/-/a", "/-/b")
    with pytest.raises(SourceFault, match="no notice could be read"):
        ask(site)
