"""What changed, as a reader of each language reads it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.contracts import LANGUAGES, Details, Language
from bot.network import Network
from bot.planning.changes import changes, material
from tests.factories import details

AT_16_15 = "2027-01-15T16:15:00+02:00"


def told(before: dict[str, Any], after: dict[str, Any], language: Language, network: Network) -> list[str]:
    # As a browser shows it: a no-break space keeps "1 000" together.
    said = changes(details(**before), details(**after), language, network)
    return [sentence.replace("\xa0", " ") for sentence in said]


@pytest.mark.parametrize(
    ("field", "before", "after", "fi", "sv", "en"),
    [
        ("closes_at", "2027-01-15", "2027-01-29",
         "Määräaika siirtyi: aiemmin 15., nyt 29. tammikuuta 2027",
         "Tidsfristen har flyttats från den 15 till den 29 januari 2027",
         "Deadline moved from 15 to 29 January 2027"),
        ("closes_at", AT_16_15, "2027-01-29T16:15:00+02:00",
         "Määräaika siirtyi: aiemmin 15., nyt 29. tammikuuta 2027",
         "Tidsfristen har flyttats från den 15 till den 29 januari 2027",
         "Deadline moved from 15 to 29 January 2027"),
        ("closes_at", "2027-01-15", "2027-02-12",
         "Määräaika siirtyi: aiemmin 15. tammikuuta, nyt 12. helmikuuta 2027",
         "Tidsfristen har flyttats från den 15 januari till den 12 februari 2027",
         "Deadline moved from 15 January to 12 February 2027"),
        ("closes_at", "2026-12-15", "2027-01-15",
         "Määräaika siirtyi: aiemmin 15. joulukuuta 2026, nyt 15. tammikuuta 2027",
         "Tidsfristen har flyttats från den 15 december 2026 till den 15 januari 2027",
         "Deadline moved from 15 December 2026 to 15 January 2027"),
        ("closes_at", "2027-01-15T12:00:00+02:00", AT_16_15,
         "Määräaika siirtyi: aiemmin klo 12.00, nyt 15. tammikuuta 2027 klo 16.15 (Suomen aikaa)",
         "Tidsfristen har flyttats från kl. 12.00 till den 15 januari 2027 kl. 16.15 (finsk tid)",
         "Deadline moved from 12:00 to 15 January 2027 at 16:15 (Finnish time)"),
        ("closes_at", AT_16_15, "2027-01-16T12:00:00+02:00",
         "Määräaika siirtyi: aiemmin 15. tammikuuta 2027 klo 16.15, "
         "nyt 16. tammikuuta 2027 klo 12.00 (Suomen aikaa)",
         "Tidsfristen har flyttats från den 15 januari 2027 kl. 16.15 "
         "till den 16 januari 2027 kl. 12.00 (finsk tid)",
         "Deadline moved from 15 January 2027 at 16:15 to 16 January 2027 at 12:00 (Finnish time)"),
        ("closes_at", "2027-01-15", AT_16_15,
         "Määräaika: nyt 15. tammikuuta 2027 klo 16.15 (Suomen aikaa)",
         "Tidsfristen är nu den 15 januari 2027 kl. 16.15 (finsk tid)",
         "Deadline is now 15 January 2027 at 16:15 (Finnish time)"),
        ("closes_at", None, "2027-01-15",
         "Määräaika on nyt ilmoitettu: 15. tammikuuta 2027",
         "Tidsfristen har angetts: den 15 januari 2027",
         "Deadline set: 15 January 2027"),
        ("closes_at", "2027-01-15", None,
         "Määräaika: ei enää ilmoitettu (oli 15. tammikuuta 2027)",
         "Tidsfristen anges inte längre (var den 15 januari 2027)",
         "Deadline is no longer given (it was 15 January 2027)"),
        ("opens_at", "2026-12-01", "2026-12-08",
         "Avautuminen siirtyi: aiemmin 1., nyt 8. joulukuuta 2026",
         "Öppningen har flyttats från den 1 till den 8 december 2026",
         "Opening moved from 1 to 8 December 2026"),
        ("amount_eur", 1_000_000, 1_500_000.5,
         "Rahoituksen määrä nousi: aiemmin 1 000 000 euroa, nyt 1 500 000,5 euroa",
         "Beloppet har höjts från 1 000 000 euro till 1 500 000,5 euro",
         "The amount was raised from 1,000,000 euros to 1,500,000.5 euros"),
        ("amount_eur", 2, 1,
         "Rahoituksen määrä laski: aiemmin 2 euroa, nyt 1 euro",
         "Beloppet har sänkts från 2 euro till 1 euro",
         "The amount was lowered from 2 euros to 1 euro"),
        ("support_percent", 60, 62.5,
         "Tukiosuus nousi: aiemmin 60 %, nyt 62,5 %",
         "Stödandelen har höjts från 60 % till 62,5 %",
         "The support was raised from 60 % to 62.5 %"),
        ("cities", ["tampere"], ["tampere", "turku"], "Lisätty: Turku", "Tillagt: Åbo", "Added: Turku"),
        ("cities", ["tampere", "turku"], [], "Se koskee nyt kaikkia kaupunkeja.",
         "Det gäller nu alla städer.", "It is now for all cities."),
        ("cities", [], ["turku"], "Se koskee nyt vain näitä: Turku.", "Det gäller nu bara Åbo.",
         "It is now only for Turku."),
        ("location", "Oulu", "Turku", "Paikka: aiemmin ”Oulu”, nyt ”Turku”",
         "Platsen har ändrats från ”Oulu” till ”Turku”", "The place changed from “Oulu” to “Turku”"),
        ("briefing_at", None, "2026-12-01T09:00:00+02:00",
         "Infotilaisuus on nyt ilmoitettu: 1. joulukuuta 2026 klo 9.00 (Suomen aikaa)",
         "Infotillfället har angetts: den 1 december 2026 kl. 9.00 (finsk tid)",
         "Briefing time set: 1 December 2026 at 09:00 (Finnish time)"),
        ("urgent", False, True, "Asia on nyt kiireellinen.", "Det är nu brådskande.", "It is now urgent."),
        ("may_close_early", False, True, "Haku voi nyt sulkeutua etuajassa.",
         "Ansökningsomgången kan nu stänga i förtid.", "The call may now close early."),
    ],
)  # fmt: skip
def test_a_change_is_told_as_a_change(
    field: str, before: Any, after: Any, fi: str, sv: str, en: str, network: Network
) -> None:
    said = {language: told({field: before}, {field: after}, language, network) for language in LANGUAGES}
    assert said == {"fi": [fi], "sv": [sv], "en": [en]}


def test_the_hour_that_the_clock_change_moves_is_still_the_same_hour(network: Network) -> None:
    said = told(
        {"closes_at": "2027-03-15T16:15:00+02:00"}, {"closes_at": "2027-04-01T16:15:00+03:00"}, "en", network
    )
    assert said == ["Deadline moved from 15 March to 1 April 2027"]


def test_one_cut_off_that_moves_is_moved_and_others_come_and_go(network: Network) -> None:
    moved = told({"cutoffs": ["2027-01-01"]}, {"cutoffs": ["2027-01-08"]}, "en", network)
    assert moved == ["Cut-off date moved from 1 to 8 January 2027"]
    more = told({"cutoffs": ["2027-01-01"]}, {"cutoffs": ["2027-01-01", "2027-03-01"]}, "en", network)
    assert more == ["Cut-off date set: 1 March 2027"]


def test_many_new_cut_offs_are_one_sentence(network: Network) -> None:
    days = [f"2027-{month:02}-01" for month in range(2, 12)]
    [said] = told({}, {"cutoffs": days}, "sv", network)
    assert said.startswith("Mellanstängningarna har ändrats: den 1 februari 2027, den 1 mars 2027, ")
    assert said.endswith("den 1 juli 2027, …")


def test_figures_that_came_to_differ_are_told_side_by_side(network: Network) -> None:
    figures = [
        {"name": "amount_eur", "value": 730000, "language": "fi"},
        {"name": "amount_eur", "value": 1400000, "language": "sv", "source": "rakennerahastot.fi"},
    ]
    said = told({"amount_eur": 730000}, {"figures": figures}, "en", network)
    assert said == [
        "The amount is now 730,000 euros (in Finnish) · 1,400,000 euros (in Swedish, rakennerahastot.fi)"
    ]


def test_a_source_that_only_says_where_its_figure_stands_has_changed_nothing(network: Network) -> None:
    figure = {"name": "amount_eur", "value": 5, "language": "fi"}
    assert told({"amount_eur": 5}, {"amount_eur": 5, "figures": [figure]}, "en", network) == []


def test_a_text_counts_in_the_version_that_the_reader_gets(network: Network) -> None:
    before = {"title": {"fi": "Haku", "en": "Call"}, "body": {"fi": "Vanha"}}
    after = {"title": {"fi": "Uusi haku", "en": "Call"}, "body": {"fi": "Uusi"}}
    assert told(before, after, "fi", network) == ["Otsikkoa muutettiin.", "Tekstiä muutettiin."]
    assert told(before, after, "en", network) == ["The text was changed."]


def test_a_new_language_version_is_told_to_those_who_read_it(network: Network) -> None:
    before, after = {"title": {"fi": "Haku"}}, {"title": {"fi": "Haku", "sv": "Ansökan"}}
    assert told(before, after, "sv", network) == ["Det kan nu läsas på ditt språk."]
    assert told(before, after, "fi", network) == []


def test_an_authority_under_its_new_name_is_no_change(network: Network) -> None:
    before = {"authority": "Etelä-Savon ELY-keskus", "closes_at": "2026-12-31"}
    after = {"authority": "ita-suomen-elinvoimakeskus", "closes_at": "2026-12-31"}
    assert material(details(**before), details(**after)) is False
    assert told(before, {**before, "authority": "Etelä-Savon ELY-keskus "}, "fi", network) == []


def test_the_same_said_twice_changes_nothing(network: Network) -> None:
    assert told({}, {}, "sv", network) == []


def test_what_a_source_wrote_stands_in_a_sentence_as_it_is(network: Network) -> None:
    hostile = "<!channel> <b>{what}</b> %s"
    assert told({}, {"location": hostile}, "en", network) == [f"The place is now {hostile}"]


def test_a_slug_that_the_network_lost_is_named_and_nothing_breaks(network: Network) -> None:
    assert told({"cities": ["atlantis"]}, {"cities": ["turku"]}, "en", network) == [
        "Added: Turku",
        "Left out: atlantis",
    ]


@pytest.mark.parametrize(
    ("change", "matters"),
    [
        ({"closes_at": "2027-01-29"}, True),
        ({"closes_at": "2027-01-15T14:15:00Z"}, False),
        ({"cutoffs": ["2027-01-01"]}, True),
        ({"second_stage_at": "2027-06-01"}, True),
        ({"briefing_at": "2026-12-01"}, True),
        ({"amount_eur": 5}, True),
        ({"figures": [{"name": "amount_eur", "value": 5}]}, True),
        ({"location": "Oulu"}, True),
        ({"cities": ["tampere", "turku"]}, True),
        ({"urgent": True}, True),
        ({"title": {"fi": "Toinen"}}, False),
        ({"body": {"fi": "Toinen"}}, False),
        ({"url": "https://example.org/"}, False),
        ({"stated_state": "open"}, False),
    ],
)
def test_dates_money_place_cities_and_urgency_matter(change: dict[str, Any], matters: bool) -> None:
    assert material(details(), details(**change)) is matters


def test_another_order_of_the_same_cities_and_being_less_urgent_do_not_matter() -> None:
    before: Details = details(cities=("turku", "tampere"), urgent=True)
    assert not material(before, details(cities=("tampere", "turku")))
