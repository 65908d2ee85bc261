"""The form of a reader's own page: what it offers, and what a reader chose in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from typing import Any, cast
from zoneinfo import available_timezones

from babel.dates import format_time, get_day_names
from werkzeug.datastructures import MultiDict

from bot import words
from bot.clock import zone
from bot.contracts import CHANNELS, LANGUAGES, RHYTHMS, Language, Rhythm
from bot.contracts.words import OWN_NAMES
from bot.people.choices import Chosen
from bot.people.preferences import read_hours, steps_of, write_ladder
from bot.planning.digest_times import usual
from bot.planning.hours import Hours
from bot.planning.reminder_rows import STEPS
from bot.store.contacts import Contact

RHYTHM_LABELS: Mapping[Rhythm, str] = {
    "now": "At once",
    "daily": "Once a day",
    "weekly": "Once a week",
    "off": "Nothing",
}
_LOCALES = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_REGIONS = ("Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")

Say = Callable[..., str]
Offer = tuple[str, str, bool]
"""A choice: its value, its label, and whether it is what the reader has now."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Everything a reader may choose, in their language."""

    rhythms: list[Offer]
    channels: list[Offer]
    ladder: list[Offer]
    always: bool
    first: list[Offer]
    last: list[Offer]
    days: list[Offer]
    hours: list[Offer]
    zones: Mapping[str, list[str]]
    languages: Mapping[Language, str]


def offers(contact: Contact, _: Say) -> Offers:
    """What the form of this reader's page offers."""
    language = contact.language
    hours, steps = Hours.parse(f"{contact.timezone} {contact.hours or '8-17'}"), steps_of(contact.ladder)
    first, last = (hours.first, hours.last) if hours.first is not None else (8, 17)
    day, hour = contact.digest_day, contact.digest_hour
    names = get_day_names("wide", "stand-alone", locale=_LOCALES[language])
    return Offers(
        rhythms=[(value, _(label), value == contact.rhythm) for value, label in RHYTHM_LABELS.items()],
        channels=_channels(contact, _),
        ladder=[(str(step), _before(step, language), step in steps) for step in STEPS],
        always=hours.first is None,
        first=[(str(at), o_clock(at, language), at == first) for at in range(24)],
        last=[(str(at), o_clock(at, language), at == last) for at in range(1, 25)],
        days=[
            ("", _("The usual ({value})", value=names[usual().day]), day is None),
            *((str(at), names[at], at == day) for at in range(7)),
        ],
        hours=[
            ("", _("The usual ({value})", value=o_clock(usual().hour, language)), hour is None),
            *((str(at), o_clock(at, language), at == hour) for at in range(24)),
        ],
        zones=_zones(contact.timezone),
        languages=OWN_NAMES,
    )


def read(form: MultiDict[str, str], topics: Iterable[str], _: Say) -> tuple[Chosen, list[str]]:
    """What a reader chose, and a sentence for each thing that was not among what is offered.

    What the form does not say is not in the answer, and stays as it was; so does what it says wrongly.
    """
    chosen: dict[str, Any] = {}
    faults: list[str] = []
    for name, (label, ask) in _FIELDS.items():
        try:
            if (value := ask(form)) is not _UNSAID:
                chosen[name] = value
        except ValueError:
            faults.append(_("{field}: that choice is not offered, so it stays as it was.", field=_(label)))
    if "topics" in form:
        chosen["topics"] = [slug for slug in form.getlist("topic") if slug in set(topics)]
    if "letters" in form:
        chosen["letter"] = "letter" in form
    if "names" in form:
        chosen["named"] = "named" in form
    return cast(Chosen, chosen), faults


def _one_of(name: str, known: Iterable[str]) -> Callable[[MultiDict[str, str]], object]:
    def ask(form: MultiDict[str, str]) -> object:
        stated = form.get(name)
        if stated and stated not in known:
            raise ValueError(name)
        return stated or _UNSAID

    return ask


def _number_of(name: str, end: int) -> Callable[[MultiDict[str, str]], object]:
    def ask(form: MultiDict[str, str]) -> object:
        stated = form.get(name)
        if stated is None:
            return _UNSAID
        if stated and stated not in {str(number) for number in range(end)}:
            raise ValueError(name)
        return int(stated) if stated else None

    return ask


def _ladder(form: MultiDict[str, str]) -> object:
    return (
        write_ladder([STEPS[_STEPS.index(step)] for step in form.getlist("step")])
        if "steps" in form
        else _UNSAID
    )


def _hours(form: MultiDict[str, str]) -> object:
    if not (stated := form.get("hours")):
        return _UNSAID
    return read_hours("always" if stated == "always" else f"{form.get('first', '')}-{form.get('last', '')}")


def _zone(form: MultiDict[str, str]) -> object:
    return zone(stated).key if (stated := form.get("timezone")) else _UNSAID


_UNSAID = object()
_STEPS = [str(step) for step in STEPS]
_FIELDS: Mapping[str, tuple[str, Callable[[MultiDict[str, str]], object]]] = {
    "rhythm": ("Rhythm", _one_of("rhythm", RHYTHMS)),
    "language": ("Language", _one_of("language", LANGUAGES)),
    "channel": ("How you hear it", _one_of("channel", CHANNELS)),
    "ladder": ("Reminders before a deadline", _ladder),
    "hours": ("Sending hours", _hours),
    "timezone": ("Time zone", _zone),
    "digest_day": ("Day of the weekly digest", _number_of("digest_day", 7)),
    "digest_hour": ("Hour of the digest", _number_of("digest_hour", 24)),
}
"""What the form's fields are called, and how each is read: _UNSAID when it is not there, ValueError when wrong."""


def o_clock(hour: int, language: Language) -> str:
    """A full hour as people write it; 24 is the end of the day."""
    return format_time(time(hour % 24), "short", locale=_LOCALES[language]) if hour < 24 else "24"


def _before(step: int, language: Language) -> str:
    if step == 0:
        return words.gettext(language, "On the last day")
    return words.ngettext(language, "{n} day before", "{n} days before", step)


def _channels(contact: Contact, _: Say) -> list[Offer]:
    """The ways a contact can be reached, with what is chosen now."""
    now = contact.channel or ("slack" if contact.slack_user_id else "email")
    ways = [("email", _("By email")), ("conversation-only", _("Only in my city's conversation"))]
    if contact.slack_user_id:
        ways.insert(0, ("slack", _("By Slack")))
    return [(way, label, way == now) for way, label in ways]


def _zones(mine: str) -> Mapping[str, list[str]]:
    """Time zones by part of the world; the reader's own is there whatever it is called."""
    known = _known_zones()
    return known if any(mine in names for names in known.values()) else {"": [mine], **known}


@lru_cache(maxsize=1)
def _known_zones() -> Mapping[str, list[str]]:
    names = sorted(available_timezones())
    return {region: [name for name in names if name.startswith(f"{region}/")] for region in _REGIONS}
