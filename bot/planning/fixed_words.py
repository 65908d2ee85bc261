"""The fixed words round every message, so that senders need no catalogue."""

from __future__ import annotations

from bot import words
from bot.contracts import Language, Words
from bot.network import Network


def house_words(language: Language, network: Network) -> Words:
    """The words of the house itself in one language, the same for every purpose."""
    return Words(
        why=words.gettext(language, "Why you get this"),
        preferences=words.gettext(language, "Choose what you hear"),
        unsubscribe=words.gettext(language, "Unsubscribe"),
        network=network.name[language],
        more=words.gettext(language, "Read more"),
        changed=words.gettext(language, "What changed"),
        made_by=words.gettext(language, "Summary by a language model"),
    )
