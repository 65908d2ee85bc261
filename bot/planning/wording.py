"""From an item to a message: what is said, in one language, whatever medium carries it."""

from __future__ import annotations

from collections.abc import Mapping

from babel.numbers import format_decimal

from bot import words
from bot.clock import When
from bot.contracts import LANGUAGES, Action, Details, Fact, Kind, Language, Message
from bot.network import Network
from bot.planning.changes import changes
from bot.planning.fixed_words import house_words

_LABELS: Mapping[Kind, str] = {
    "announcement": "Announcement",
    "call": "Funding call",
    "event": "Event",
    "news": "News",
    "discussion": "Discussion",
}
_ONLY = {"fi": "Only in Finnish.", "sv": "Only in Swedish.", "en": "Only in English."}
_NUMBERS = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}


def compose(details: Details, language: Language, network: Network, *, item_id: int | None = None) -> Message:
    """The notice of an item in one language.

    A text that the reader's language lacks comes in the first one there is, and says so.
    """
    told, title = _translated(details.title, language)
    _, body = _translated(details.body, language) if details.body else (language, "")

    def say(msgid: str, **values: object) -> str:
        return words.gettext(language, msgid, **values)

    link = details.url
    open_it = say("Open the call" if details.kind == "call" else "Read more")
    return Message(
        language=language,
        label=say(_LABELS[details.kind]),
        title=title,
        body=body,
        facts=tuple(_facts(details, language, network)),
        actions=(Action(label=open_it, url=link, primary=True),) if link else (),
        notes=(say(_ONLY[told]),) if told != language else (),
        urgent=details.urgent,
        words=house_words(language, network),
    )


def remind(
    details: Details,
    language: Language,
    network: Network,
    *,
    item_id: int | None,
    about: str,
    moment: When,
    days: int,
) -> Message:
    """The reminder of a moment; `days` are whole days from the reader's day to the moment's, 0 for today."""
    said = compose(details, language, network, item_id=item_id)
    return said.model_copy(update={"purpose": "reminder"})


def correct(
    before: Details, after: Details, language: Language, network: Network, *, item_id: int | None
) -> Message:
    """The correction of an item of which people were told."""
    said = compose(after, language, network, item_id=item_id)
    changed = changes(before, after, language, network)
    return said.model_copy(update={"purpose": "correction", "changes": changed})


def withdraw(details: Details, language: Language, network: Network, *, item_id: int | None) -> Message:
    """What is said when an item is withdrawn."""
    said = compose(details, language, network)
    return said.model_copy(update={"purpose": "withdrawal", "label": words.gettext(language, "Withdrawn")})


def _translated(texts: Mapping[Language, str], wanted: Language) -> tuple[Language, str]:
    for language in (wanted, *LANGUAGES):
        if language in texts:
            return language, texts[language]
    return wanted, ""


def _facts(details: Details, language: Language, network: Network) -> list[Fact]:
    moments: list[tuple[str, When | None]] = [
        ("Opens", details.opens_at),
        ("Closes", details.closes_at),
        ("Starts", details.starts_at),
        ("Ends", details.ends_at),
    ]
    texts = [
        ("Place", details.location),
        ("Fund", details.fund),
        ("Authority", details.authority),
        ("Amount", _euros(details.amount_eur, language)),
        ("Support at most", _percent(details.support_percent, language)),
        ("Cities", _cities(details, language, network)),
    ]
    facts = [Fact(label=words.gettext(language, label), when=when) for label, when in moments if when]
    return facts + [Fact(label=words.gettext(language, label), text=text) for label, text in texts if text]


def _number(value: float, language: Language) -> str:
    return format_decimal(value, locale=_NUMBERS[language])


def _euros(amount: float | None, language: Language) -> str | None:
    return (
        None
        if amount is None
        else words.gettext(language, "{amount} euros", amount=_number(amount, language))
    )


def _percent(share: float | None, language: Language) -> str | None:
    return None if share is None else words.gettext(language, "{percent} %", percent=_number(share, language))


def _cities(details: Details, language: Language, network: Network) -> str | None:
    names = [network.city(slug).names[language] for slug in details.cities]
    return ", ".join(names) or None
