"""Why somebody gets an item: a short code kept with the delivery, and its sentence in any language.

A code is a word and its slugs, split by colons: `city_topic:tampere:vahahiilisyys`.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot import words
from bot.contracts import Language
from bot.network import City, Network


def city_reason(city: City, cities: Sequence[str], topics: Sequence[str]) -> str | None:
    """Why a person of `city` gets an item with these cities and topics; None when the city is no reason.

    Focus areas only supply the reason, they never exclude.
    """
    focus = next((topic for topic in topics if topic in city.topics), None)
    if focus and (not cities or city.slug in cities):
        return f"city_topic:{city.slug}:{focus}"
    return f"city:{city.slug}" if city.slug in cities else None


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
    "letter": "you take the network's weekly letter",
    "digest_daily": "you want a digest on working days",
    "digest_weekly": "you want a digest once a week",
    "digest_now": "much came at once and was gathered for you",
    "place_digest_daily": "this conversation gets a digest on working days",
    "place_digest_weekly": "this conversation gets a digest once a week",
    "place_digest_now": "much came at once and was gathered for this conversation",
    "place_city": "this conversation is for {city}",
    "place_topic": "this conversation follows {topic}",
    "place_all": "this conversation is for the whole network",
    "place_bridge": "answers in Slack are carried on to this mailbox",
    "alert": "you look after the network",
    "sign_in": "you asked to sign in",
    "wrote": "you wrote to us",
    "account": "it is about your own account",
}
