"""Which language version of a text a reader gets, and what is said when it is not their own."""

from __future__ import annotations

from collections.abc import Mapping

from bot import words
from bot.contracts import Language

FALLBACKS: Mapping[Language, tuple[Language, ...]] = {
    "fi": ("fi", "en", "sv"),
    "sv": ("sv", "fi", "en"),
    "en": ("en", "fi", "sv"),
}
"""For each reader the languages in the order in which they are taken. Finnish stands before Swedish for
guests, because it is what the sources write first."""

_ONLY: Mapping[Language, str] = {
    "fi": "Only in Finnish.",
    "sv": "Only in Swedish.",
    "en": "Only in English.",
}
_TEXT_ONLY: Mapping[Language, str] = {
    "fi": "The text is only in Finnish.",
    "sv": "The text is only in Swedish.",
    "en": "The text is only in English.",
}


def variant(texts: Mapping[Language, str], wanted: Language) -> tuple[Language, str]:
    """The best version for a reader and its language; an empty text in their own when there is none."""
    return next(((each, texts[each]) for each in FALLBACKS[wanted] if texts.get(each)), (wanted, ""))


def only(wanted: Language, title: Language, body: Language) -> tuple[str, ...]:
    """What is said when title or body are in another language than the reader's."""
    if title != wanted:
        return (words.gettext(wanted, _ONLY[title]),)
    if body != wanted:
        return (words.gettext(wanted, _TEXT_ONLY[body]),)
    return ()


def missing(texts: Mapping[Language, str]) -> tuple[Language, ...]:
    """The languages that a text lacks, for those who approve it."""
    return tuple(language for language in FALLBACKS if not texts.get(language))
