"""`LETTER_SECTIONS`: what the letter's sections are called and what goes into each."""

from __future__ import annotations

import pytest

from bot.letter_sections import USUAL_SECTIONS, read_sections, section_of
from bot.settings import SettingsFault, read_settings

KEY = "k" * 40


def placed(
    kind: str, cities: tuple[str, ...] = (), topics: tuple[str, ...] = (), sources: tuple[str, ...] = ()
) -> str:
    key = section_of(USUAL_SECTIONS, kind, cities, topics, sources)
    return next(section.titles["en"] for section in USUAL_SECTIONS if section.key == key)


@pytest.mark.parametrize(
    ("kind", "cities", "sources", "section"),
    [
        ("announcement", (), (), "In focus"),
        ("news", (), (), "In focus"),
        ("news", ("tampere",), (), "From the cities"),
        ("discussion", (), (), "From the cities"),
        ("call", ("tampere",), (), "Open calls"),
        ("event", (), ("webhook",), "Events"),
        ("call", ("tampere",), ("sedia",), "International"),
        ("unheard-of", (), (), "In focus"),
    ],
)
def test_the_closest_rule_wins(
    kind: str, cities: tuple[str, ...], sources: tuple[str, ...], section: str
) -> None:
    assert placed(kind, cities, sources=sources) == section


def test_a_topic_is_closer_than_a_kind_and_a_source_closer_than_a_topic() -> None:
    sections = read_sections("A|A|A=call;B|B|B=topic:energia;C|C|C=source:eui")
    assert section_of(sections, "call", (), ("energia",), ()) == "s2"
    assert section_of(sections, "call", (), ("energia",), ("eui",)) == "s3"
    assert section_of(sections, "news", (), (), ()) == "s3"  # no rule names it: the last section


@pytest.mark.parametrize(
    "wrong",
    ["", ";", "Haut=call", "Haut|Utlysningar=call", "A|B|C", "A|B|C=", "A||C=call", "A|B|C=calls", "A|B|C=topic:",
     "A|B|C=source:<b>", "A|B|C|D=call"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_an_example(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"Haut\|Utlysningar\|Calls=call"):
        read_sections(wrong)


def test_the_letters_settings_are_read_and_faults_named() -> None:
    settings = read_settings({"SECRET_KEY": KEY, "LETTER_DAY": "Thursday", "LETTER_HOUR": "7",
                              "LETTER_SECTIONS": "Kaikki|Allt|All=*"})  # fmt: skip
    assert (settings.letter_day, settings.letter_hour) == (3, 7)
    assert [section.titles for section in settings.letter_sections] == [
        {"fi": "Kaikki", "sv": "Allt", "en": "All"}
    ]
    with pytest.raises(SettingsFault) as fault:
        read_settings(
            {"SECRET_KEY": KEY, "LETTER_DAY": "perjantai", "LETTER_HOUR": "24", "LETTER_SECTIONS": "x"}
        )
    assert [each.split()[0] for each in fault.value.faults] == [
        "LETTER_DAY",
        "LETTER_HOUR",
        "LETTER_SECTIONS",
    ]


def test_creamailer_needs_all_three_settings_or_none() -> None:
    with pytest.raises(SettingsFault, match="CREAMAILER_SECRET and CREAMAILER_LIST are missing"):
        read_settings({"SECRET_KEY": KEY, "CREAMAILER_TOKEN": "token"})
    whole = {"CREAMAILER_TOKEN": "token", "CREAMAILER_SECRET": "hunter2", "CREAMAILER_LIST": "7"}
    assert "hunter2" not in repr(read_settings({"SECRET_KEY": KEY, **whole}))
