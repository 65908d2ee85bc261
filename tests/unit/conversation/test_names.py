"""Cities, topics and funds, however they are written."""

from __future__ import annotations

import pytest

from bot.conversation.names import Named, alike, named_in
from bot.network import Network


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("Tampereen", "tampere"),
        ("Tampereella", "tampere"),
        ("Tammerfors'", "tampere"),
        ("Turussa", "turku"),
        ("Turkuun", "turku"),
        ("Åbos", "turku"),
        ("abo", "turku"),
        ("Lahden", "lahti"),
        ("Lahteen", "lahti"),
        ("Oulusta", "oulu"),
        ("Helsingissä", "paakaupunkiseutu"),
        ("Espoosta", "paakaupunkiseutu"),
        ("Vantaalla", "paakaupunkiseutu"),
        ("Pääkaupunkiseudulla", "paakaupunkiseutu"),
        ("jyvaskylassa", "jyvaskyla"),
        ("Seinäjoella", "seinajoki"),
        ("Seinäjoen", "seinajoki"),
        ("Rovaniemen", "rovaniemi"),
        ("Lappeenrannassa", "lappeenranta-imatra"),
        ("Lappeenranta–Imatra", "lappeenranta-imatra"),
        ("Kajaanin", "kajaani-sotkamo"),
        ("S:t Michel", "mikkeli"),
        ("Porissa", "pori"),
        ("Vaasaan", "vaasa"),
        ("Kuopioon", "kuopio"),
        ("Joensuun", "joensuu"),
        ("Kokkolalla", "kokkola"),
    ],
)
def test_a_city_is_known_in_any_case_and_language(text: str, city: str, network: Network) -> None:
    assert named_in(network, text) == Named(city=city)


def test_each_city_and_topic_is_known_by_each_of_its_names(network: Network) -> None:
    for slug, names in network.city_names().items():
        assert {named_in(network, name) for name in (slug, *names)} == {Named(city=slug)}
    for topic in network.topics:
        assert {named_in(network, name).topic for name in (topic.slug, *topic.labels.each())} == {topic.slug}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("kiertotalouden Oulu", Named("oulu", "kiertotalous")),
        ("low-carbon", Named(topic="vahahiilisyys")),
        ("EAKR:n vety", Named(fund="EAKR", rest=("vety",))),
        ("esf", Named(fund="ESF+")),
        ("tampere turku", Named("tampere", rest=("turku",))),
        ("", Named()),
        ("<!channel> *@here*", Named(rest=("<", "channel>", "*@here*"))),
    ],
)
def test_what_is_left_stays_as_words(text: str, named: Named, network: Network) -> None:
    assert named_in(network, text) == named


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("tamprere", "Tampere"),
        ("turkuu", "Turku"),
        ("jyvskylä", "Jyväskylä"),
        ("vahahilisyys", "vähähiilisyys"),
        ("hydrogen", ""),
        ("", ""),
        ("x" * 3000, ""),
    ],
)
def test_a_misspelt_name_is_suggested(word: str, name: str, network: Network) -> None:
    assert alike(network, word) == name
