"""Who answered, in a line: below a post, and in the reply to somebody's own answer.

Cities are named by their newest answer. People are named only where they agreed to it (`contacts.named`):
a post stands where guests read it too.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import words
from bot.contracts import AnswerKind, Language
from bot.network import Network
from bot.people.answers import Refused
from bot.people.roster import CityStatus, roster
from bot.store.contacts import Contact

MOST = 12
"""Cities named in one line."""

_TOLD: tuple[tuple[AnswerKind, str], ...] = (
    ("interested", "Interested: {cities}"),
    ("need_partner", "Need a partner: {cities}"),
)


def lines(session: Session, network: Network, item_id: int, languages: Sequence[Language]) -> tuple[str, ...]:
    """What a post says of the answers to its item, a line for each language; () while there are none.

    Such as "Interested: Tampere (Alice), Turku · Need a partner: Oulu · 3 of 16 cities answered".
    """
    try:
        found = roster(session, network, item_id)
    except Refused:
        return ()
    if not found.answered:
        return ()
    return tuple(
        " · ".join([
            *(
                words.gettext(language, msgid, cities=named)
                for kind, msgid in _TOLD
                if (named := _named(network, language, _with(found.cities, kind)))
            ),
            words.gettext(language, "{n} of {total} cities answered", n=found.answered, total=found.total),
        ])
        for language in languages
    )  # fmt: skip


def others_line(session: Session, network: Network, contact: Contact, item_id: int) -> str:
    """Which other cities are interested in an item, in the contact's language; empty when none is.

    Such as "3 other cities are interested: Turku (Bob), Oulu, Vaasa. Oulu looks for a partner."
    """
    language = contact.language
    others = [
        status for status in roster(session, network, item_id).cities if status.city not in contact.cities
    ]
    looking = _with(others, "need_partner")
    keen = [status for status in others if status in looking or status in _with(others, "interested")]
    if not keen:
        return ""
    said = words.ngettext(
        language, "{n} other city is interested: {cities}.", "{n} other cities are interested: {cities}.",
        len(keen), cities=_named(network, language, keen),
    )  # fmt: skip
    if not looking:
        return said
    cities = ", ".join(network.city(status.city).names[language] for status in looking[:MOST])
    return f"{said} {words.gettext(language, 'Need a partner: {cities}', cities=cities)}."


def _with(statuses: Sequence[CityStatus], kind: AnswerKind) -> list[CityStatus]:
    return [status for status in statuses if status.newest and status.newest.answer == kind]


def _named(network: Network, language: Language, statuses: Sequence[CityStatus]) -> str:
    """The cities, each with the name of who answered where they agreed to be named; then how many more."""
    said = []
    for status in statuses[:MOST]:
        city = network.city(status.city).names[language]
        agreed = status.newest.name if status.newest and status.newest.agreed else ""
        said.append(f"{city} ({agreed})" if agreed else city)
    return ", ".join([*said, *([f"+{len(statuses) - MOST}"] if len(statuses) > MOST else [])])
