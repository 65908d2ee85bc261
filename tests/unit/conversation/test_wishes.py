"""Commands of more than one phrase: lists, choices, and items that are named."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.contracts import (
    AboutItem,
    Announce,
    AskCalendar,
    AskHelp,
    AskReminder,
    AskRoster,
    AskStatus,
    AskWhy,
    ChooseChannel,
    ChooseHours,
    ChooseLanguage,
    ChooseRhythm,
    Command,
    FollowTopic,
    GiveAnswer,
    ListCalls,
    ListDeadlines,
    MuteCity,
    MuteItem,
    NotUnderstood,
    Search,
    ShowMyName,
    StopAll,
    TakeBack,
)
from bot.conversation.grammar import understand
from bot.network import Network

TODAY = date(2026, 11, 24)
"""A Tuesday."""

INTERESTED = GiveAnswer("interested")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("avoimet haut", ListCalls()),
        ("Avoimet haut?", ListCalls()),
        ("Mitkä haut ovat auki?", ListCalls()),
        ("avoimet haut tampere vähähiilisyys", ListCalls("tampere", "vahahiilisyys")),
        ("haut Tampereella, vähähiilisyys", ListCalls("tampere", "vahahiilisyys")),
        ("Avoimet haut Turussa sivu 2", ListCalls("turku", page=2)),
        ("hej! öppna utlysningar i Åbo, tack", ListCalls("turku")),
        ("öppna utlysningar cirkulär ekonomi ERUF", ListCalls(topic="kiertotalous", fund="ERUF")),
        ("open calls EAKR", ListCalls(fund="EAKR")),
        ("open calls in Oulu about hydrogen", ListCalls("oulu", words="hydrogen")),
        ("Which calls are open in Tampere?", ListCalls("tampere")),
        ("calls Helsinki metropolitan area esr", ListCalls("paakaupunkiseutu", fund="ESR+")),
        ("määräajat", ListDeadlines()),
        ("omat määräajat", ListDeadlines()),
        ("määräajat Lahdessa", ListDeadlines("lahti")),
        ("tidsfrister Uleåborg", ListDeadlines("oulu")),
        ("deadlines turku page 3", ListDeadlines("turku", 3)),
        ("my deadlines", ListDeadlines()),
        ("etsi vety", Search("vety")),
        ("Sök efter vätgas sida 2", Search("vätgas", 2)),
        ("search hydrogen: valleys, and more", Search("hydrogen: valleys, and more")),
        ("tilaa kiertotalous", FollowTopic("kiertotalous")),
        ("Prenumerera på cirkulär ekonomi", FollowTopic("kiertotalous")),
        ("subscribe to energy", FollowTopic("energia")),
        ("unsubscribe from energy", FollowTopic("energia", off=True)),
        ("peru tilaus energia", FollowTopic("energia", off=True)),
        ("sluta följa batterier", FollowTopic("akut", off=True)),
        ("unsubscribe from everything", StopAll()),
        ("unsubscribe", StopAll()),
        ("rytmi viikko", ChooseRhythm("weekly")),
        ("rhythm daily", ChooseRhythm("daily")),
        ("rytm ingenting", ChooseRhythm("off")),
        ("kieli ruotsi", ChooseLanguage("sv")),
        ("language English", ChooseLanguage("en")),
        ("språk fi", ChooseLanguage("fi")),
        ("hours 9-16", ChooseHours("9-16")),
        ("lähetysajat klo 9.00–16.00", ChooseHours("9-16")),
        ("sändningstider 9 till 16", ChooseHours("9-16")),
        ("hours 0 - 24", ChooseHours("0-24")),
        ("lähetysajat aina", ChooseHours("always")),
        ("aina", ChooseHours("always")),
        ("Alltid!", ChooseHours("always")),
        ("hours usual", ChooseHours("8-17")),
        ("kanava slack", ChooseChannel("slack")),
        ("channel mail", ChooseChannel("email")),
        ("kanal e-post", ChooseChannel("email")),
        ("sähköpostilla", ChooseChannel("email")),
        ("channel conversation-only", ChooseChannel("conversation-only")),
        ("näytä nimeni", ShowMyName()),
        ("dölj mitt namn", ShowMyName(shown=False)),
        ("Miksi sain tämän?", AskWhy()),
        ("Varför fick jag det här?", AskWhy()),
        ("why did I get this", AskWhy()),
        ("Kuka on vastannut?", AskRoster()),
        ("vem har svarat", AskRoster()),
        ("who has answered", AskRoster()),
        ("tiedota", Announce()),
        ("meddela", Announce()),
        ("Tilanne", AskStatus()),
        ("läget", AskStatus()),
        ("kalenteriin", AskCalendar()),
        ("peru vastaus", TakeBack()),
        ("?", AskHelp()),
        ("hiljennä Tampereelta", MuteCity("tampere")),
        ("mute for the city of Turku", MuteCity("turku")),
        ("unmute for Tampere", MuteCity("tampere", off=True)),
        ("tysta för Tammerfors", MuteCity("tampere")),
    ],
)
def test_it_understands(text: str, asked: Command, network: Network) -> None:
    assert understand(text, TODAY, network) == asked


@pytest.mark.parametrize(
    ("text", "item", "command"),
    [
        ("kiinnostaa #12", "#12", INTERESTED),
        ("interested # 12", "#12", INTERESTED),
        ("not for us 12", "#12", GiveAnswer("not_for_us")),
        ("intresserad av #12", "#12", INTERESTED),
        ("mute #12", "#12", MuteItem()),
        ("hiljennä vetyhaku", "vetyhaku", MuteItem()),
        ("Who has answered to #12?", "#12", AskRoster()),
        ("miksi #12", "#12", AskWhy()),
        ("take back #12", "#12", TakeBack()),
        ("remind me of #12 on 3.12. at 9", "#12", AskReminder(date(2026, 12, 3), time(9))),
        ("muistuta #12 perjantaina", "#12", AskReminder(date(2026, 11, 27))),
        ("muistuta minua vetyhausta huomenna", "vetyhausta", AskReminder(date(2026, 11, 25))),
        ("påminn mig om vätgas den 3 december", "vätgas", AskReminder(date(2026, 12, 3))),
        ("remind me on Friday of the hydrogen call", "hydrogen", AskReminder(date(2026, 11, 27))),
    ],
)
def test_an_item_is_named_by_its_number_or_by_words(
    text: str, item: str, command: Command, network: Network
) -> None:
    assert understand(text, TODAY, network) == AboutItem(item, command)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("remind me of this on 3.12.", AskReminder(date(2026, 12, 3))),
        ("muistuta tästä 3.12.", AskReminder(date(2026, 12, 3))),
        ("påminn mig om detta imorgon", AskReminder(date(2026, 11, 25))),
        ("interested in this", INTERESTED),
        ("kiinnostaa tämä", INTERESTED),
        ("why this call", AskWhy()),
    ],
)
def test_this_is_the_item_that_is_spoken_of(text: str, asked: Command, network: Network) -> None:
    assert understand(text, TODAY, network) == asked


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("open cals tampere", "open calls tampere"),
        ("avoimt haut", "avoimet haut"),
        ("deadlins turku", "deadlines turku"),
        ("määräajat tamprere", "määräajat tampere"),
        ("serach hydrogen", "search hydrogen"),
        ("tilaa kiertotalos", "tilaa kiertotalous"),
        ("utlysingar Åbo", "utlysningar åbo"),
        ("intersted #12", "interested #12"),
        ("anounce", "announce"),
    ],
)
def test_a_near_miss_is_suggested_and_the_suggestion_works(text: str, meant: str, network: Network) -> None:
    assert understand(text, TODAY, network) == NotUnderstood(meant)
    assert not isinstance(understand(meant, TODAY, network), NotUnderstood)


@pytest.mark.parametrize(
    "text",
    [
        "Kiitos!\nAina",
        "hours 16-9",
        "hours 9-25",
        "hours",
        "kieli klingon",
        "tilaa",
        "search",
        "unsubscribe from my neighbour",
        "mute for Atlantis?",
        "Kiinnostaa #12?",
        "<!channel>",
        "😀😀😀",
        "\u202etpircsavaj",
        "open " + "calls" * 600,
        "\x00\x01",
    ],
)
def test_what_says_too_little_or_too_much_does_nothing(text: str, network: Network) -> None:
    assert isinstance(understand(text, TODAY, network), NotUnderstood)


def test_a_wish_outweighs_a_question_beside_it(network: Network) -> None:
    assert understand("Miksi sain tämän? Lopeta!", TODAY, network) == StopAll()


@pytest.mark.parametrize("text", ["interested but only with Turku", "kiinnostaa mutta ensi vuonna"])
def test_an_answer_that_is_taken_back_without_a_comma_names_no_item(text: str, network: Network) -> None:
    assert isinstance(understand(text, TODAY, network), NotUnderstood)


def test_what_is_not_to_be_said_back_is_not_suggested(network: Network) -> None:
    assert understand("open cals <!channel> *x*", TODAY, network) == NotUnderstood()
