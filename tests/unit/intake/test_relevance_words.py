"""By which words, numbers and cities a call is known, in every case and however its text is hyphenated."""

from __future__ import annotations

import pytest

from bot.intake.relevance import Sieve, load_rules
from bot.network import load_network
from integrations.text import title as plain_title
from tests.unit.intake.test_relevance import found


@pytest.fixture(scope="module")
def sieve() -> Sieve:
    return Sieve(load_network(), load_rules())


@pytest.mark.parametrize(
    ("title", "body", "authority", "cities"),
    [
        ("Innokaupungit: kansallinen haku kaikille", "Etelä-Savon ELY-keskus, Mikkeli", None, []),
        ("Innokaupungit", "Valtakunnallinen haku. Info Oulussa.", "Pohjois-Pohjanmaan liitto", []),
        ("Innokaupungit: haku", "Info 12.5. Vaasankatu 3, Helsinki", None, []),
        ("Innokaupungit: haku", "Keskus: Torikatu 36 B 12, 80100 Joensuu. PL 1, 00023 Helsinki", None, []),
        ("Innokaupungit: haku", "Esterinportti 2 B, Helsinki", "Uudenmaan liitto",
         ["lahti", "paakaupunkiseutu", "turku"]),
        ("Innokaupungit: haku", "Hankkeet Espoolle", "Uudenmaan liitto", ["lahti", "paakaupunkiseutu", "turku"]),
        ("Innokaupungit: haku", "Yhdessä Oulun kanssa", "Pirkanmaan liitto", ["oulu", "tampere"]),
        ("Innokaupungit: haku", "EAKR- ja kansallista rahoitusta", "Pirkanmaan liitto", ["tampere"]),
    ],
)  # fmt: skip
def test_a_city_in_the_text_adds_to_those_that_the_authority_finances(
    sieve: Sieve, title: str, body: str, authority: str | None, cities: list[str]
) -> None:
    answer = found(sieve, title, body={"fi": body}, authority=authority)
    assert answer.concerns
    assert sorted(answer.cities) == cities


@pytest.mark.parametrize(
    "title",
    [
        "Kestävä kaupunkikehitys: haku", "Kestävän kaupunkikehityksen haku", "Kestävää kaupunkikehitystä",
        "Kestävää kaupunkikehittämistä tukeva haku", "Kestävässä kaupunkikehittämisessä",
        "Kestävästä kaupunkikehityksestä", "Kestävään kaupunkikehitykseen", "Kestävällä kaupunkikehityksellä",
        "Kestävien kaupunkikehityshankkeiden haku", "Kaupunkien kestävän kehittämisen haku",
        "Kaupunkikehittämisen EAKR-haku", "Hållbara stadsutvecklingen i Åbo", "Hållbar utveckling i städer",
        "Ekosysteemisopimuksista", "Innokaupungeille", "HEVin haku", "HEVi:n haku", "AKKEn haku", "AKKE-haku",
        "Alueiden kestävää kasvua ja elinvoimaa", "Projektet med ledningsansvar: ansökan",
        "Veto\u00advastuu\u00adhankkeiden haku", "Inno\u200bkaupungit", "Inno\ufeffkaupungit",
    ],
)  # fmt: skip
def test_the_words_are_known_in_every_case(sieve: Sieve, title: str) -> None:
    assert found(sieve, title).concerns


@pytest.mark.parametrize(
    ("number", "concerns"),
    [
        ("HORIZON-MISS-2024-CIT-01", True), ("HORIZON-MISS-2024-CIT-01-01", True),
        ("HORIZON-MISS-2026-CIT-01-01", True), ("HORIZON-MISS-2026-04-CIT", True),
        ("HORIZON-MISS-2023-CLIMA-CITIES-01-01", True), ("HORIZON-MISS-2027-07-CLIMA-CIT-NEB-01", True),
        ("HORIZON-MISS-2024-OCEAN-01-01", False), ("HORIZON-MISS-2024-CITX-01", False),
    ],
)  # fmt: skip
def test_the_cities_mission_is_known_by_its_numbers(sieve: Sieve, number: str, concerns: bool) -> None:
    assert found(sieve, "Call", identifier=number).concerns is concerns


def test_a_title_keeps_no_soft_hyphen() -> None:
    assert plain_title("Veto&shy;vastuu&#173;haku", is_html=True) == "Vetovastuuhaku"
    assert plain_title("Veto\u00advastuu\u200bhaku\ufeff 1", is_html=False) == "Vetovastuuhaku 1"
