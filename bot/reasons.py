"""Why somebody gets an item: a short code kept with the delivery, and its sentence in any language.

A code is a word and its slugs, split by colons: `city_topic:tampere:vahahiilisyys`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot import words
from bot.contracts import Language
from bot.network import Network


def personal_reason(
    network: Network, cities: Sequence[str], topics: Sequence[str], city: str | None, topic: str | None
) -> str:
    """Why a person gets an item.

    `cities` and `topics` are the item's; `city` is the reader's city that matched (or their first one,
    for an item for all), `topic` the topic of their own that matched. Focus areas only supply the reason.
    """
    focus = _focus(network, city, topics)
    if cities and city:
        return f"city_topic:{city}:{focus}" if focus else f"city:{city}"
    if topic:
        return f"topic:{topic}"
    return f"city_topic:{city}:{focus}" if focus else "all"


def place_reason(city: str | None, topic: str | None) -> str:
    """Why a conversation gets an item: the rule under which it was added."""
    if city:
        return f"place_city:{city}"
    return f"place_topic:{topic}" if topic else "place_all"


def spoken(reason: str, language: Language, network: Network) -> str:
    """The sentence of a code: "You get this because Tampere follows carbon neutrality."."""
    code, *slugs = reason.split(":")
    place = code.startswith("place_")
    named = {
        "city": network.city(slugs[0]).names[language] if "city" in code else "",
        "topic": network.topic(slugs[-1]).labels[language] if "topic" in code else "",
    }
    because = words.gettext(language, _CLAUSES[code], **named)
    frame = "Here because {reason}." if place else "You get this because {reason}."
    return words.gettext(language, frame, reason=because)


_CLAUSES = {
    "city_topic": "{city} follows {topic}",
    "city": "it concerns {city}",
    "topic": "you follow {topic}",
    "all": "it is for all cities",
    "place_city": "this conversation is for {city}",
    "place_topic": "this conversation follows {topic}",
    "place_all": "this conversation is for the whole network",
}


def _focus(network: Network, city: str | None, topics: Iterable[str]) -> str | None:
    followed = network.city(city).topics if city else ()
    return next((topic for topic in topics if topic in followed), None)
