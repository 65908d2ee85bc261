"""What readers write, and what it asks."""

from __future__ import annotations

import re
from datetime import date, time

import pytest

from bot.contracts import (
    ANSWERS,
    LANGUAGES,
    AnswerKind,
    AskHelp,
    AskReminder,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    GiveAnswer,
    Language,
    MuteItem,
    NotUnderstood,
    StopAll,
)
from bot.conversation.days import read_day
from bot.conversation.grammar import understand
from bot.conversation.guide import guide
from bot.conversation.phrases import PHRASES
from bot.conversation.replies import answer_label
from bot.network import Network

TODAY = date(2026, 11, 24)
"""A Tuesday."""

NINE = time(9)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Kiinnostaa!", GiveAnswer("interested")),
        ("Hei,\n\nkiinnostaa meitä, kiitos.\n\nAlice", GiveAnswer("interested")),
        ("  KIINNOSTAA  \n", GiveAnswer("interested")),
        ("kyllä kiinnostaa kiitos", GiveAnswer("interested")),
        ("Intresserad.", GiveAnswer("interested")),
        ("I'm interested", GiveAnswer("interested")),
        ("Yes, interested", GiveAnswer("interested")),
        ("Emme ole kiinnostuneita.", GiveAnswer("not_for_us")),
        ("inte för oss", GiveAnswer("not_for_us")),
        ("We’re not interested, thanks", GiveAnswer("not_for_us")),
        ("Etsimme kumppania", GiveAnswer("need_partner")),
        ("Hej! Vi söker partner. Mvh Bob", GiveAnswer("need_partner")),
        ("Nähty", GiveAnswer("seen")),
        ("Kiinnostaa. Muistuta silti.", GiveAnswer("interested", remind=True)),
        ("interested - remind me anyway", GiveAnswer("interested", remind=True)),
        ("Muistuta 3.12.", AskReminder(date(2026, 12, 3))),
        ("muistuta minua 3.12. klo 9.15, kiitos", AskReminder(date(2026, 12, 3), time(9, 15))),
        ("påminn mig 3.12 kl 9", AskReminder(date(2026, 12, 3), NINE)),
        ("Påminn mig den 3 december kl. 9", AskReminder(date(2026, 12, 3), NINE)),
        ("remind me on 3 December at 9", AskReminder(date(2026, 12, 3), NINE)),
        ("Remind me December 3rd, 2026 3pm", AskReminder(date(2026, 12, 3), time(15))),
        ("muistuta huomenna", AskReminder(date(2026, 11, 25))),
        ("Kiinnostaa. Muistuta 3.12.", AskReminder(date(2026, 12, 3), beside=GiveAnswer("interested"))),
        ("Muistuta 3.12.\nKiinnostaa", AskReminder(date(2026, 12, 3), beside=GiveAnswer("interested"))),
        ("lopeta", StopAll()),
        ("SLUTA!", StopAll()),
        ("Stop.", StopAll()),
        ("Vaimenna", MuteItem()),
        ("tysta", MuteItem()),
        ("unmute", MuteItem(off=True)),
        ("viikoittain", ChooseRhythm("weekly")),
        ("dagligen", ChooseRhythm("daily")),
        ("på svenska, tack", ChooseLanguage("sv")),
        ("in English please", ChooseLanguage("en")),
        ("apua", AskHelp()),
    ],
)
def test_it_understands(text: str, asked: Command) -> None:
    assert understand(text, TODAY) == asked


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("kinnostaa", "kiinnostaa"),
        ("intreserad", "intresserad"),
        ("intersted", "interested"),
        ("lopetta", "lopeta"),
        ("Hei! ei meile", "ei meille"),
    ],
)
def test_a_near_miss_is_asked_about_and_not_done(text: str, meant: str) -> None:
    assert understand(text, TODAY) == NotUnderstood(meant)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n   \n",
        "Mitä tämä on?",
        "Interested in lunch tomorrow?",
        "kiinnostaa?",
        "kiinnostaa, ei meille",
        "remind me",
        "muistuta 32.13.",
        "muistuta joskus",
        "Voisitteko kertoa lisää siitä, milloin haku aukeaa ja kuka siitä päättää",
        "We would stop the tram project and read the call later",
        "x" * 100_000,
        "kiinnostaa" * 10_000,
        "🎉",
    ],
)
def test_what_is_no_command_or_two_that_contradict_each_other_is_none(text: str) -> None:
    assert understand(text, TODAY) == NotUnderstood()


@pytest.mark.parametrize(
    "text", ["Kiinnostaa, mutta emme ehdi hakea", "interested, but not this year", "intresserad, men inte nu"]
)
def test_an_answer_that_is_taken_back_in_the_same_breath_is_asked_about(text: str) -> None:
    assert isinstance(understand(text, TODAY), NotUnderstood)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ANSWERS)
def test_the_words_on_the_buttons_are_understood_as_a_reply(language: Language, kind: AnswerKind) -> None:
    assert understand(answer_label(language, kind), TODAY) == GiveAnswer(kind)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_the_guide_offers_is_understood(language: Language, network: Network) -> None:
    said = guide(language, coordinator=True, of_item=False)
    offered = [phrase for line in said.lines for phrase in re.findall(r"\*\*(.+?)\*\*", line)]
    assert len(offered) == 22
    assert not [phrase for phrase in offered if isinstance(understand(phrase, TODAY, network), NotUnderstood)]


def test_a_command_deep_in_a_letter_does_nothing() -> None:
    prose = "\n".join(f"Sentence {number} of a long letter" for number in range(10))
    assert isinstance(understand(f"{prose}\nstop", TODAY), NotUnderstood)


def test_no_phrase_stands_for_two_things_and_each_is_written_as_it_is_compared() -> None:
    assert all(phrase == " ".join(phrase.casefold().split()) for phrase in PHRASES)
    assert all(understand(phrase, TODAY) == command for phrase, command in PHRASES.items())


@pytest.mark.parametrize(
    ("text", "day", "at"),
    [
        ("3.12.", "2026-12-03", None),
        ("3.12", "2026-12-03", None),
        ("3.12.2027", "2027-12-03", None),
        ("3.12.27", "2027-12-03", None),
        ("3/12", "2026-12-03", None),
        ("2026-12-03", "2026-12-03", None),
        ("2026-12-03 at 09:30", "2026-12-03", "09:30"),
        ("24.11. klo 8", "2026-11-24", "08:00"),
        ("23.11.", "2027-11-23", None),
        ("1.1.", "2027-01-01", None),
        ("29.2.2028", "2028-02-29", None),
        ("3. joulukuuta", "2026-12-03", None),
        ("joulukuun 3. päivä", None, None),
        ("den 3:e december", "2026-12-03", None),
        ("3rd of December", "2026-12-03", None),
        ("dec 3", "2026-12-03", None),
        ("3 dec 2027 kl 14.30", "2027-12-03", "14:30"),
        ("i morgon", "2026-11-25", None),
        ("ylihuomenna", "2026-11-26", None),
        ("tomorrow at 3pm", "2026-11-25", "15:00"),
        ("12am tomorrow", "2026-11-25", "00:00"),
        ("viikon päästä", "2026-12-01", None),
        ("kahden viikon kuluttua", "2026-12-08", None),
        ("om två veckor", "2026-12-08", None),
        ("in 10 days", "2026-12-04", None),
        ("perjantaina", "2026-11-27", None),
        ("på fredag", "2026-11-27", None),
        ("on Tuesday", "2026-12-01", None),
        ("29.2.2027", None, None),
        ("31.11.", None, None),
        ("0.0.", None, None),
        ("99999999999.1", None, None),
        ("klo 9", None, None),
        ("", None, None),
    ],
)
def test_it_reads_a_day(text: str, day: str | None, at: str | None) -> None:
    expected = None if day is None else (date.fromisoformat(day), time.fromisoformat(at) if at else None)
    assert read_day(text, TODAY) == expected
