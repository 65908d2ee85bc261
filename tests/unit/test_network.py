"""The network: the shipped facts, and who is meant by a name on a day."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from bot.contracts import LANGUAGES
from bot.network import Network, load_network

NETWORK = load_network()


@pytest.mark.parametrize(
    ("city", "council", "area", "topic"),
    [
        ("paakaupunkiseutu", "uudenmaan-liitto", "etela", "oppiminen"),
        ("lahti", "uudenmaan-liitto", "etela", "liikunta"),
        ("turku", "uudenmaan-liitto", "etela", "terveysteknologia"),
        ("lappeenranta-imatra", "etela-karjalan-liitto", "etela", "energia"),
        ("tampere", "pirkanmaan-liitto", "lansi", "vahahiilisyys"),
        ("jyvaskyla", "keski-suomen-liitto", "lansi", "liikunta"),
        ("pori", "satakuntaliitto", "lansi", "kiertotalous"),
        ("seinajoki", "etela-pohjanmaan-liitto", "lansi", "ruoka"),
        ("vaasa", "pohjanmaan-liitto", "lansi", "akut"),
        ("oulu", "pohjois-pohjanmaan-liitto", "pohjoinen", "digitalisaatio"),
        ("rovaniemi", "lapin-liitto", "pohjoinen", "matkailu"),
        ("kokkola", "keski-pohjanmaan-liitto", "pohjoinen", "akut"),
        ("kajaani-sotkamo", "kainuun-liitto", "pohjoinen", "tekoaly"),
        ("kuopio", "pohjois-savon-liitto", "ita", "vesi"),
        ("joensuu", "pohjois-karjalan-maakuntaliitto", "ita", "fotoniikka"),
        ("mikkeli", "etela-savon-maakuntaliitto", "ita", "vesi"),
    ],
)
def test_a_city_has_its_council_its_area_and_its_topics(
    city: str, council: str, area: str, topic: str
) -> None:
    found = NETWORK.city(city)
    assert (found.council, found.area) == (council, area)
    assert topic in found.topics


def test_sixteen_agreements_are_twenty_municipalities_and_every_topic_is_followed() -> None:
    assert len(NETWORK.cities) == 16
    assert len({town.fi for city in NETWORK.cities for town in city.municipalities}) == 20
    assert {topic for city in NETWORK.cities for topic in city.topics} == {t.slug for t in NETWORK.topics}
    assert all(city.focus.fi for city in NETWORK.cities)


def test_names_and_labels_read_well_in_a_sentence() -> None:
    tampere, topic = NETWORK.city("tampere"), NETWORK.topic("vahahiilisyys")
    assert [f"{tampere.names[language]} / {topic.labels[language]}" for language in LANGUAGES] == [
        "Tampere / vähähiilisyys",
        "Tammerfors / koldioxidsnålhet",
        "Tampere / carbon neutrality",
    ]


@pytest.mark.parametrize(
    ("name", "day", "slug"),
    [
        ("Uudenmaan liitto", "2026-11-24", "uudenmaan-liitto"),
        ("Nylands förbund", "2022-08-15", "uudenmaan-liitto"),
        ("  PIRKANMAAN\u00a0 liitto ", "2026-11-24", "pirkanmaan-liitto"),
        ("Etelä-Pohjanmaan liitto", "2023-06-16", "etela-pohjanmaan-liitto"),
        ("Etela\u0308-Karjalan liitto", "2022-05-12", "etela-karjalan-liitto"),  # decomposed, as macOS writes
        ("Satakuntaliitto", "2023-06-30", "satakuntaliitto"),
        ("Pohjois-Pohjanmaan liitto", "2025-02-17", "pohjois-pohjanmaan-liitto"),
        ("Pohjois-Karjalan maakuntaliitto", "2022-08-07", "pohjois-karjalan-maakuntaliitto"),
        ("Etelä-Savon ELY-keskus", "2025-12-31", "etela-savon-ely-keskus"),
        ("Etelä-Savon ELY-keskus", "2026-01-01", "ita-suomen-elinvoimakeskus"),
        ("Etelä-Savon elinkeino-, liikenne- ja ympäristökeskus", "2026-03-15", "ita-suomen-elinvoimakeskus"),
        ("NTM-centralen i Nyland", "2026-02-01", "kaakkois-suomen-elinvoimakeskus"),
        ("Pohjois-Suomen elinvoimakeskus", "2026-01-28", "pohjois-suomen-elinvoimakeskus"),
        ("Lounais-Suomen elinvoimakeskus (päätelty tunnuksesta)", "2026-01-01",
         "lounais-suomen-elinvoimakeskus"),
        ("TEM", "2026-11-24", "tem"),
        ("European Commission", "2026-02-04", "euroopan-komissio"),
        ("European Commission / EUI", "2026-02-25", "european-urban-initiative"),
        ("CINEA", "2026-02-04", "cinea"),
        ("URBACT", "2025-04-01", "urbact"),
        ("DUT Partnership", "2025-09-01", "dut"),
        ("Central Baltic MA", "2025-03-10", "central-baltic"),
        ("NetZeroCities", "2023-05-03", "netzerocities"),
        ("Business Finland", "2026-11-24", "business-finland"),
        ("pirkanmaan-liitto", "2026-11-24", "pirkanmaan-liitto"),
        ("Bob", "2026-11-24", None),
        ("", "2026-11-24", None),
        ("(TEM)", "2026-11-24", None),
    ],
)  # fmt: skip
def test_a_name_means_one_authority_on_a_day(name: str, day: str, slug: str | None) -> None:
    found = NETWORK.authority_on(name, date.fromisoformat(day))
    assert (found.slug if found else None) == slug


def test_every_ely_centre_ended_with_2025_and_has_a_successor_from_the_day_after() -> None:
    centres = [a for a in NETWORK.authorities if a.slug.endswith("-ely-keskus")]
    after = [NETWORK.authority(centre.successor or "") for centre in centres]
    assert len(centres) == 15
    assert {centre.valid_to for centre in centres} == {date(2025, 12, 31)}
    assert {centre.valid_from for centre in after} == {date(2026, 1, 1)}
    assert sum(a.slug.endswith("-elinvoimakeskus") for a in NETWORK.authorities) == 10


@pytest.mark.parametrize(
    ("meant", "noun", "slug"),
    [
        ("tamprere", "city", "tampere"),
        ("Åbo", "city", "turku"),
        ("helsinki", "city", "paakaupunkiseutu"),
        ("koldioxidsnalhet", "topic", "vahahiilisyys"),
        ("kiertotalus", "topic", "kiertotalous"),
        ("pirkanma liitto", "authority", "pirkanmaan-liitto"),
    ],
)
def test_who_mistypes_is_told_what_is_near(meant: str, noun: Any, slug: str) -> None:
    assert NETWORK.nearest(meant, noun)[0] == slug


@pytest.mark.parametrize("meant", ["", "xyzzy", "\ud800\x00", "a" * 1_000_000])
def test_what_is_near_nothing_has_no_suggestion(meant: str) -> None:
    assert NETWORK.nearest(meant, "city") == []


def test_cities_and_topics_are_known_by_all_their_names() -> None:
    assert NETWORK.city_names()["lappeenranta-imatra"] == (
        "Lappeenranta–Imatra", "Villmanstrand–Imatra", "Lappeenranta", "Villmanstrand", "Imatra",
    )  # fmt: skip
    assert {"vesi", "vatten", "water", "vesihuol"} <= set(NETWORK.topic_words()["vesi"])


def test_what_is_stored_is_read_back_the_same() -> None:
    assert Network.model_validate(json.loads(NETWORK.model_dump_json())) == NETWORK


def test_a_network_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(NETWORK.city("tampere"), "council", "uudenmaan-liitto")  # noqa: B010
