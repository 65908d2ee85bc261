"""What begins a command that says more: "open calls Tampere", "hours 9-16", "kieli suomi". Small letters.

Each opener stands at the beginning of a line; what it is about follows.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.contracts import Channel, Language, Rhythm

CALLS = (
    "open calls", "open call", "calls", "funding calls", "open funding calls", "list calls", "list open calls",
    "show calls", "show open calls", "which calls are open", "what calls are open", "what is open",
    "avoimet haut", "avoimet hakemukset", "avoimia hakuja", "onko avoimia hakuja", "mitkä haut ovat auki",
    "mitä hakuja on auki", "mitä on auki", "haut", "hakuja", "näytä haut", "näytä avoimet haut", "avoimet",
    "öppna utlysningar", "öppen utlysning", "utlysningar", "visa utlysningar", "visa öppna utlysningar",
    "vilka utlysningar är öppna", "öppna ansökningar", "öppna ansökningsomgångar", "ansökningsomgångar",
    "vilka ansökningsomgångar är öppna", "finns det öppna utlysningar",
)  # fmt: skip

DEADLINES = (
    "deadlines", "deadline", "my deadlines", "coming deadlines", "closing dates", "what closes next",
    "määräajat", "määräaikoja", "määräaika", "omat määräajat", "minun määräajat", "minun määräaikani",
    "takarajat", "tulevat määräajat", "mitä sulkeutuu", "deadlinet", "sista ansökningsdagar", "tidsfrister",
    "mina tidsfrister", "mina deadlines", "frister", "tidsgränser", "vad stänger härnäst", "sista dagar",
)  # fmt: skip

SEARCH = (
    "search for", "search", "find", "look for", "etsi", "hae", "sök efter", "sök", "leta efter", "hitta",
)  # fmt: skip

FOLLOW = (
    "subscribe to", "subscribe topic", "subscribe", "follow topic", "follow", "tilaa aihe", "tilaa teema",
    "tilaa", "seuraa aihetta", "seuraa teemaa", "seuraa", "prenumerera på", "prenumerera", "följ ämnet", "följ temat",
    "följ",
)  # fmt: skip

UNFOLLOW = (
    "unsubscribe from", "unsubscribe topic", "unsubscribe", "unfollow topic", "unfollow", "stop following",
    "peru tilaus", "peruuta tilaus", "älä seuraa", "lopeta seuraaminen", "lopeta aihe", "sluta följa",
    "sluta prenumerera på", "avsluta prenumerationen på", "följ inte", "säg upp",
)  # fmt: skip

EVERYTHING = frozenset({
    "everything", "all", "all messages", "this list", "the list", "from everything", "kaikki", "kaikesta",
    "kaikista", "kaikki viestit", "kokonaan", "allt", "alla meddelanden", "alla", "listan",
})  # fmt: skip
"""What somebody unsubscribes from who wants to hear nothing more at all."""

RHYTHM = (
    "rhythm",
    "my rhythm",
    "rytmi",
    "rytmini",
    "rytm",
    "min rytm",
    "how often",
    "kuinka usein",
    "hur ofta",
)

RHYTHMS: Mapping[str, Rhythm] = {
    "now": "now", "heti": "now", "nyt": "now", "nu": "now", "genast": "now", "at once": "now",
    "päivä": "daily", "dag": "daily", "day": "daily", "viikko": "weekly", "vecka": "weekly", "week": "weekly",
    "off": "off", "nothing": "off", "none": "off", "ei mitään": "off", "pois": "off", "ingenting": "off",
    "inget": "off", "av": "off",
}  # fmt: skip
"""Rhythms as they stand behind the word "rhythm", besides the phrases for them."""

LANGUAGE = ("language", "my language", "kieli", "kieleni", "språk", "språket", "mitt språk")

TONGUES: Mapping[str, Language] = {"fi": "fi", "sv": "sv", "en": "en", "se": "sv"}

HOURS = (
    "sending hours", "my hours", "hours", "lähetysajat", "lähetysaika", "lähetystunnit", "kellonajat", "tunnit",
    "sändningstider", "sändningstid", "tider", "timmar",
)  # fmt: skip

ALWAYS = frozenset(
    {"always", "at any time", "any time", "aina", "milloin vain", "koska vain", "alltid", "när som helst"}
)
USUAL = frozenset(
    {"usual", "the usual", "default", "tavalliset", "tavallinen", "oletus", "vanliga", "de vanliga"}
)

CHANNEL = ("channel", "my channel", "way", "kanava", "kanavani", "väylä", "kanal", "kanalen", "min kanal")

CHANNELS: Mapping[str, Channel] = {
    "slack": "slack", "slackissa": "slack", "slackiin": "slack", "slackilla": "slack", "mail": "email",
    "email": "email", "e-mail": "email", "sähköposti": "email", "sähköpostilla": "email",
    "sähköpostiin": "email", "posti": "email",
    "e-post": "email", "epost": "email", "mejl": "email", "conversation-only": "conversation-only",
    "conversations only": "conversation-only", "channels only": "conversation-only",
    "vain kanavat": "conversation-only", "vain kanavilla": "conversation-only", "bara kanaler": "conversation-only",
    "bara i kanaler": "conversation-only",
}  # fmt: skip

PAGE = ("page", "sivu", "sida", "sidan")

FOR_CITY = (
    "for the city of",
    "for the city",
    "for",
    "kaupungilta",
    "kaupungin puolesta",
    "kaupunki",
    "för staden",
    "för",
)
"""What may stand between muting and the city that it is for."""

MINE = frozenset({"mine", "my", "omat", "minun", "mina", "for me", "minulle", "för mig"})

FILLING = frozenset({
    "in", "for", "of", "from", "the", "on", "about", "with", "and", "topic", "theme", "fund", "city",
    "i", "för", "från", "om", "med", "och", "ämne", "ämnet", "tema", "stad", "på", "hos",
    "ja", "aihe", "aiheesta", "teema", "kaupunki", "kaupungin", "kaupungissa", "rahasto", "rahaston", "koskien",
    "please", "kiitos", "tack", "näytä", "visa", "show", "list", "auki", "open", "just", "now", "nyt", "nu",
    "all", "kaikki", "alla",
})  # fmt: skip
"""Words between names that narrow nothing down."""

ASKING = frozenset({
    "what", "which", "are", "is", "there", "any", "do", "we", "have", "mitä", "mitkä", "onko", "ovat", "on", "meillä",
    "vilka", "vad", "är", "finns", "det", "har", "vi", "några", "avoinna", "öppna",
})  # fmt: skip
"""Words that make a question of a list that somebody asks for."""

ABOUT = frozenset({
    "of", "about", "to", "for", "on", "in", "the", "call", "item", "number", "no", "regarding", "re",
    "om", "till", "för", "på", "den", "nummer", "utlysning", "utlysningen", "ärende",
    "haku", "hausta", "hakuun", "hakua", "asia", "asiasta", "numero", "koskien", "nro", "klo", "kl", "at", "det", "av",
})  # fmt: skip
"""Words before and behind the name of an item that are no part of it."""

THIS = frozenset({
    "this", "this one", "this call", "it", "that", "me", "us", "message", "this message", "tämä", "tästä", "tähän",
    "tätä", "tämän", "tästä hausta", "tämä haku", "siitä", "se", "minua", "meitä", "minulle", "viesti", "detta",
    "denna", "det här", "den här", "denna utlysning", "den", "det", "mig", "oss", "mej",
})  # fmt: skip
"""What stands for the item that is spoken of anyhow."""

SHARE = frozenset({"share", "jaa", "dela"})
"""The last word of a command whose answer all of the conversation shall see."""
