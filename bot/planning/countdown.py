"""How far away a moment is, as the first words of a reminder: "Closes in 7 days", "Opens tomorrow"."""

from __future__ import annotations

from bot import words
from bot.calendars import moments
from bot.clock import When
from bot.contracts import Details, Language
from bot.planning import spoken
from bot.planning.facts import moment_label


def headline(details: Details, language: Language, about: str, moment: When, days: int) -> str:
    """What happens, and when, seen from the reader's day; empty for one that is past or none of the
    item's.

    The last two days have the clock time, where the moment has one, in the default zone and saying so.
    """
    found = [each for each in moments(details) if each.when == moment and about in {each.about, "personal"}]
    if days < 0 or (not found and about == "personal"):
        return ""
    what = moment_label(details, found[0].key if found else about, language)
    if days > 1:
        return words.ngettext(language, "{what} in {n} day", "{what} in {n} days", days, what=what)
    if moment.day is not None:
        return words.gettext(language, "{what} tomorrow" if days == 1 else "{what} today", what=what)
    sentence = "{what} tomorrow at {time}" if days == 1 else "{what} today at {time}"
    return words.gettext(language, sentence, what=what, time=spoken.hour(moment, language))
