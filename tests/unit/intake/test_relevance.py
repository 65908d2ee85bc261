"""What concerns the network: the 34 real calls, the rules and their file, and what lies aside in the house."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.contracts import Details, Report
from bot.intake.accept import Rights
from bot.intake.inbox import SourceInbox
from bot.intake.relevance import Judged, Sieve, load_rules
from bot.intake.relevance.rules import RulesFault
from bot.network import Network, load_network
from bot.store.db import Database
from bot.store.items import Item, ItemCity
from bot.store.joining import Judgement
from tests.counted import assert_linear
from tests.factories import deliveries, details, person, plan, source, tell
from tests.relevance_table import judged, main

ALL: list[str] = []
CAPITAL, ASIDE = ["paakaupunkiseutu"], None

REACHES: list[list[str] | None] = [
    ["lahti"], CAPITAL, CAPITAL, CAPITAL,  # 1-4: rounds of Lahti and of the capital region, by their names
    ["seinajoki"],  # 5: names no city, but its council finances this one only
    ["tampere"],
    ALL, ALL,  # 7-8: lead projects are for all cities, though one council opens them
    ASIDE,  # 9: a council's general round
    ["joensuu"], ASIDE,  # 10-11: the city's round, and the council's general one beside it
    ALL, ALL, ALL, ALL,  # 12-15: innovation and skills networks are national
    ASIDE, ASIDE, ASIDE, ASIDE, ASIDE, ASIDE,  # 16-21: general rounds, and the Just Transition Fund
    ASIDE,  # 22: private roads
    ALL, ALL, ALL, ALL, ALL, ALL, ALL,  # 23-29: EUI, URBACT, DUT, Central Baltic
    ALL, ALL, ALL, ALL,  # 30-33: the cities mission and NetZeroCities
    ASIDE,  # 34: a company agency's standing service
]  # fmt: skip


@pytest.fixture(scope="module")
def sieve() -> Sieve:
    return Sieve(load_network(), load_rules())


def said(title: str, **more: Any) -> Details:
    return Details.model_validate({"kind": "call", "title": {"fi": title}, **more})


def found(sieve: Sieve, title: str, **more: Any) -> Judged:
    return sieve.judge(said(title, **more), date(2026, 11, 24))


def test_whom_each_of_the_real_calls_reaches(capsys: pytest.CaptureFixture[str]) -> None:
    table = judged()
    assert [list(each.cities) if each.concerns else None for _, each in table] == REACHES
    assert [each.topics for _, each in table if each.topics] == [
        ("kiertotalous",)
    ]  # 31, a topic of a mission
    assert table[4][1].why[-1] == ("council", "etela-pohjanmaan-liitto", "seinajoki")
    assert all(each.why for _, each in table)
    main()
    assert len(capsys.readouterr().out.splitlines()) == len(REACHES) == 34


@pytest.mark.parametrize(
    ("title", "more", "cities"),
    [
        (  # the capital region's council finances Lahti and Turku too
            "Kestävän kaupunkikehittämisen haku", {"authority": "Uudenmaan liitto"},
            ["paakaupunkiseutu", "lahti", "turku"],
        ),
        ("Kestävän kaupunkikehittämisen haku Turussa", {"authority": "Uudenmaan liitto"}, ["turku"]),
        ("KESTAVAN KAUPUNKIKEHITTAMISEN haku: Jyväskylän ja Oulun seudut", {}, ["jyvaskyla", "oulu"]),
        ("Hållbar stadsutveckling i Åbo", {}, ["turku"]),
        ("Sustainable urban development: about all cities", {}, []),
        ("Ekosysteemisopimus: muoto- ja porinoita", {}, []),
        ("Ekosysteemisopimus", {"body": {"fi": "Haku on Mikkelissä."}}, ["mikkeli"]),
        ("Ekosysteemisopimus Turussa", {"cities": ("oulu",)}, ["oulu"]),  # what the source states stands
        ("Kestävän kaupunkikehityksen haku Oulunkylässä", {}, ["paakaupunkiseutu"]),  # a part of Helsinki
        ("Innokaupungit Vantaanjoen varrella", {}, []),  # a river
        ("Innokaupungit: Åbos och Vandas ansökan", {}, ["turku", "paakaupunkiseutu"]),
        ("Innokaupungit: Espooseen, Lahteen, Tampereelle, Seinäjoella, turkulaiset", {},
         ["paakaupunkiseutu", "lahti", "tampere", "seinajoki", "turku"]),
        ("Innokaupungit: Joensuuhun, Vaasanseudulle, Åboregionen", {}, ["joensuu", "vaasa", "turku"]),
        ("Ekosysteemisopimuksen yksityistilojen energiahaku, Kuopio", {}, ["kuopio"]),
        ("Helsinki-Uusimaa ecosystem agreement", {}, []),  # a region, and its council
    ],
)  # fmt: skip
def test_which_city_a_call_means(sieve: Sieve, title: str, more: dict[str, Any], cities: list[str]) -> None:
    answer = found(sieve, title, **more)
    assert answer.concerns
    assert sorted(answer.cities) == sorted(cities)


def test_words_are_found_at_their_beginning_and_only_where_they_count(sieve: Sieve) -> None:
    assert not found(sieve, "Epäekosysteemisopimus").concerns
    assert not found(sieve, "Haku", body={"fi": "Kuten URBACT sanoo"}).concerns  # in passing
    assert not found(sieve, "Yksityisteiden avustus, Innokaupungit").concerns
    assert not found(sieve, "?").concerns
    assert not found(sieve, "Akkermansia-hanke").concerns
    assert not found(sieve, "Kaupungin hevimusiikki").concerns


def test_much_text_costs_little(sieve: Sieve) -> None:
    def judge(words: int) -> None:
        sieve.judge(said("a" * 500, body={"fi": "kestävän " * words}), date(2026, 11, 24))

    def judge_often(times: int) -> None:
        for _ in range(times):
            judge(5_000)

    assert_linear(judge, 2_500)
    assert_linear(judge_often, 2, room=1.01)


def test_a_wrong_file_is_refused_with_every_fault(tmp_path: Path, network: Network) -> None:
    path = tmp_path / "rules.json"
    wrong = {"groups": [{"name": "", "words": ["a"], "more": 1}], "cities": {"Tampere!": ["tampere"]}}
    path.write_text(json.dumps(wrong))
    with pytest.raises(RulesFault) as form:
        load_rules(path, network)
    assert [line.split(":")[0].strip() for line in str(form.value).splitlines()[1:]] == [
        "groups[0].name", "groups[0].words[0]", "groups[0].more", "cities.Tampere!.[key]",
    ]  # fmt: skip
    group = {"name": "x", "words": ["call"], "cities": ["rome"], "topics": ["wine"]}
    path.write_text(json.dumps({"groups": [group], "cities": {"paris": ["paris"]}}))
    with pytest.raises(RulesFault, match=r"(?s)no city 'rome'.*no topic 'wine'.*no city 'paris'"):
        load_rules(path, network)
    for text in ("", "[" * 100_000, "[]"):
        path.write_text(text)
        with pytest.raises(RulesFault):
            load_rules(path, network)
    load_rules(None, network)


def rows(database: Database) -> list[tuple[str, list[str], str]]:
    with database.reading() as session:
        items = session.scalars(select(Item).order_by(Item.id)).all()
        return [
            (
                item.state,
                list(session.scalars(select(ItemCity.city).where(ItemCity.item_id == item.id))),
                item.content().title["fi"],
            )
            for item in items
        ]


def test_what_does_not_concern_us_lies_aside_and_is_told_when_it_does(
    database: Database, network: Network, sieve: Sieve, frozen: object
) -> None:
    with database.writing() as session:
        person(session, "Alice", cities=("tampere",))
        person(session, "Bob", cities=("oulu",))
    rights = Rights(sieve=sieve)
    call = said("Tampereen ekosysteemisopimus", visibility="public")
    other = said("Yleinen haku", visibility="public")
    tell(database, Report("a", call), Report("b", other), rights=rights)
    plan(database, network)
    assert rows(database) == [
        ("published", ["tampere"], "Tampereen ekosysteemisopimus"), ("aside", [], "Yleinen haku"),
    ]  # fmt: skip
    assert [row.item_id for row in deliveries(database)] == [1]
    tell(database, Report("b", said("Yleinen haku 2", visibility="public")), rights=rights)
    tell(database, Report("b", said("Oulun ekosysteemisopimus", visibility="public")), rights=rights)
    plan(database, network)
    assert rows(database)[1] == ("published", ["oulu"], "Oulun ekosysteemisopimus")
    first, second = deliveries(database)
    assert (second.item_id, second.recipient != first.recipient) == (2, True)


def test_what_waits_for_approval_is_asked_about_only_when_it_concerns_us(
    database: Database, sieve: Sieve, frozen: object
) -> None:
    rights = Rights(publish="after_approval", sieve=sieve)
    tell(database, Report("a", said("Yleinen haku")), Report("b", said("Innokaupungit")), rights=rights)
    tell(database, Report("a", said("Yleinen haku 2")), rights=rights)
    assert [row[0] for row in rows(database)] == ["waiting", "aside"]
    tell(database, Report("a", None), rights=rights)
    assert [row[0] for row in rows(database)] == ["waiting", "aside"]


def test_what_another_source_tells_of_it_is_told(database: Database, sieve: Sieve, frozen: object) -> None:
    call = details(title={"fi": "Yleinen haku"}, identifier="X-123-2026", cities=(), topics=())
    tell(database, Report("a", call), rights=Rights(sieve=sieve), name="eura")
    (answer,) = tell(database, Report("z", call), name="city")
    assert answer.joined
    assert [row[0] for row in rows(database)] == ["published"]


def test_a_duplicate_changes_no_judgement_and_a_correction_stands(
    database: Database, sieve: Sieve, frozen: object
) -> None:
    rights = Rights(sieve=sieve)
    tell(database, Report("a", said("Yleinen haku")), rights=rights)
    with database.writing() as session:
        row = session.get_one(Judgement, 1)
        row.corrected = {"concerns": True, "cities": ["oulu"], "topics": [], "councils": []}
    assert tell(database, Report("a", said("Yleinen haku")), rights=rights)[0].verdict == "duplicate"
    tell(database, Report("a", said("Yleinen haku 2")), rights=rights)
    assert rows(database) == [("published", ["oulu"], "Yleinen haku 2")]


def test_what_a_sifted_source_sends_by_itself_is_sifted_too(
    database: Database, network: Network, frozen: object
) -> None:
    with database.writing() as session:
        row = source(session, "paper", sifted=True)
    inbox = SourceInbox(database, network, row, "Europe/Helsinki")
    inbox.accept([Report("a", said("Yleinen haku")), Report("b", said("Innokaupungit"))])
    assert [row[0] for row in rows(database)] == ["published", "aside"]
