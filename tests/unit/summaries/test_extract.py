"""Extracts: the sentences that say most, in three languages, from whatever text comes, and without the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.contracts import Language
from bot.summaries import LONGEST, extract, plain

FINNISH = """# Tampereen haku on avoinna

Tervetuloa lukemaan uutiskirjettämme. Lue lisätietoja [täältä](https://example.org/).

Haettavana on **1,5 milj. euroa** EAKR-tukea vähähiilisiin hankkeisiin. Haku on tarkoitettu kaupungeille ja
korkeakouluille, esim. Tampereella. Hakuaika päättyy 15. tammikuuta 2027 klo 16.15.

- Kuva: Tampereen kaupunki
"""
SWEDISH = """Välkommen till vårt nyhetsbrev. Läs mer här.

Ansökningsomgången stänger den 15.1.2027 kl. 16. Stödet är t.ex. högst 60 procent av projektets kostnader.
Bilden är tagen i Vasa.
"""
ENGLISH = """Welcome to our newsletter. Follow us.

The call closes on 15 January at 4 p.m. Finnish time. Cities can apply for 1.5 million euros
for low-carbon projects, e.g. in Tampere.
The photo shows a bridge.
"""


@pytest.mark.parametrize(
    ("language", "text", "title", "expected"),
    [
        (
            "fi", FINNISH, "Tampereen haku on avoinna",
            "Haettavana on 1,5 milj. euroa EAKR-tukea vähähiilisiin hankkeisiin. "
            "Haku on tarkoitettu kaupungeille ja korkeakouluille, esim. Tampereella.",
        ),
        (
            "sv", SWEDISH, "Stöd till städer",
            "Ansökningsomgången stänger den 15.1.2027 kl. 16. "
            "Stödet är t.ex. högst 60 procent av projektets kostnader.",
        ),
        (
            "en", ENGLISH, "Money for cities",
            "The call closes on 15 January at 4 p.m. Finnish time. "
            "Cities can apply for 1.5 million euros for low-carbon projects, e.g. in Tampere.",
        ),
    ],
    ids=["fi", "sv", "en"],
)  # fmt: skip
def test_the_sentences_that_say_most_are_taken_word_for_word(
    language: Language, text: str, title: str, expected: str
) -> None:
    assert extract(text, language, title) == expected


@pytest.mark.parametrize(
    "text", ["", "   \n\n", "#", "![a picture](https://example.org/p.png)", "---", "```\ncode\n```"]
)
def test_a_text_that_says_nothing_has_no_summary(text: str) -> None:
    assert extract(text, "fi", "Haku") == ""


def test_a_text_that_only_repeats_its_title_has_no_summary() -> None:
    assert extract("Haku on avoinna.", "fi", "Haku on avoinna") == ""


def test_markup_links_and_html_leave_their_words() -> None:
    said = plain(
        "**Bold** and [a link](https://example.org/x) <b>inside</b>.\n\n<div onclick='x()'>A box</div>\n\n* one\n* two"
    )
    assert said == "Bold and a link inside.\nA box\none\ntwo"


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<!channel> hello", "\u202eabc", "\x00\x07\x1b[31mred", "[" * 50_000, "a" * 50_000,
        "*" * 50_000, "> " * 5_000, "- " * 5_000 + "x", "&#x202e;&lt;script&gt;", "." * 50_000, "A. " * 15_000,
        "\ud83d lone", "😀" * 20_000, "<a " * 10_000,
    ],
    ids=range(15),
)  # fmt: skip
@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_hostile_texts_give_a_short_harmless_line(language: Language, text: str) -> None:
    said = extract(text, language, text[:500])
    assert len(said) <= LONGEST
    assert said.isprintable()
    assert "<script>alert" not in said


def test_a_summary_is_cut_at_a_word_when_there_is_no_short_sentence() -> None:
    said = extract("Kaupunki " * 400, "fi")
    assert len(said) <= LONGEST
    assert said.endswith("Kaupunki…")


def test_nothing_is_downloaded_and_no_data_of_nltk_is_looked_for(tmp_path: Path) -> None:
    code = f"""
import builtins, io, socket, sys
def refuse(*_, **__):
    raise AssertionError("the network was touched")
socket.socket.connect = socket.create_connection = socket.getaddrinfo = refuse
opened = []
sys.addaudithook(lambda event, arguments: opened.append(str(arguments[0])) if event == "open" else None)
from bot.summaries import extract
for language, text in {{"fi": {FINNISH!r}, "sv": {SWEDISH!r}, "en": {ENGLISH!r}}}.items():
    assert len(extract(text, language, "Haku")) > 40
assert not [each for each in opened if "nltk_data" in each], opened
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3]), "HOME": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
