"""What is different now, told as sentences: "Deadline moved from 15 to 29 January 2027".

Sentences are plain text and may hold what a source wrote (a place, a fund): senders escape them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot import words
from bot.clock import When
from bot.contracts import Details, Language
from bot.network import Network
from bot.planning import spoken
from bot.planning.calls import local_day
from bot.planning.facts import MOST_CUTOFFS, stated, where
from bot.planning.variants import variant

_MATERIAL = (
    "opens_at", "closes_at", "cutoffs", "second_stage_at", "continuous", "may_close_early", "briefing_at",
    "starts_at", "ends_at", "location", "amount_eur", "support_percent", "figures", "cities",
    "stated_deadlines",
)  # fmt: skip


def changes(before: Details, after: Details, language: Language, network: Network) -> tuple[str, ...]:
    """What changed, a sentence each in one language, what matters most first; empty when nothing shows."""
    told = _Telling(before, after, language, network)
    return (*told.moments(), *told.sums(), *told.places(), *told.names(), *told.texts(), *told.files())


def material(before: Details, after: Details) -> bool:
    """Whether those who were told must hear of it: dates, money, place, cities, or that it became urgent."""
    for field in _MATERIAL:
        old, new = getattr(before, field), getattr(after, field)
        # The order in which a source lists its cities, cut-offs and figures says nothing.
        if (Counter(old) != Counter(new)) if isinstance(old, tuple) else (old != new):
            return True
    return after.urgent and not before.urgent


@dataclass(frozen=True, slots=True)
class _Telling:
    before: Details
    after: Details
    language: Language
    network: Network

    def say(self, msgid: str, **values: object) -> str:
        return words.gettext(self.language, msgid, **values)

    def moments(self) -> Iterator[str]:
        """Deadlines, stages, openings, briefings and events that moved, came or went."""
        old, new = self.before, self.after
        event = self.after.kind == "event"
        pairs = [
            ("Registration deadline" if event else "Deadline", old.closes_at, new.closes_at),
            ("Second-stage deadline", old.second_stage_at, new.second_stage_at),
            ("Opening", old.opens_at, new.opens_at),
            ("Briefing time", old.briefing_at, new.briefing_at),
            ("Start time", old.starts_at, new.starts_at),
            ("End time", old.ends_at, new.ends_at),
        ]
        for msgid, was, now in pairs:
            if was != now:
                yield self._moved(self.say(msgid), was, now)
        yield from self._cutoffs()
        if new.stated_deadlines and new.stated_deadlines != old.stated_deadlines:
            yield self.say("Sources now give different deadlines.")
        elif old.stated_deadlines and not new.stated_deadlines:
            yield self.say("All sources now give the same deadline.")
        if new.continuous != old.continuous:
            yield self.say(
                "The call is now open all the time."
                if new.continuous
                else "The call is no longer open all the time."
            )
        if new.may_close_early and not old.may_close_early:
            yield self.say("The call may now close early.")

    def _moved(self, what: str, was: When | None, now: When | None) -> str:
        if now is None:
            gone = spoken.moment(was, self.language) if was else ""
            return self.say("{what} is no longer given (it was {before})", what=what, before=gone)
        if was is None:
            return self.say("{what} set: {after}", what=what, after=spoken.moment(now, self.language))
        if local_day(was) == local_day(now) and (was.at is None) != (now.at is None):
            return self.say("{what} is now {after}", what=what, after=spoken.moment(now, self.language))
        old, new = spoken.between(was, now, self.language)
        return self.say("{what} moved from {before} to {after}", what=what, before=old, after=new)

    def _cutoffs(self) -> Iterator[str]:
        gone = [each for each in self.before.cutoffs if each not in self.after.cutoffs]
        come = [each for each in self.after.cutoffs if each not in self.before.cutoffs]
        what = self.say("Cut-off date")
        if len(gone) == len(come) == 1:
            yield self._moved(what, gone[0], come[0])
            return
        if len(gone) + len(come) > MOST_CUTOFFS:
            left = self.after.cutoffs[:MOST_CUTOFFS]
            told = ", ".join(spoken.moment(each, self.language) for each in left)
            more = ", …" if len(self.after.cutoffs) > len(left) else ""
            yield self.say("The cut-off dates were changed: {dates}", dates=told + more)
            return
        for each in come:
            yield self._moved(what, None, each)
        for each in gone:
            yield self._moved(what, each, None)

    def sums(self) -> Iterator[str]:
        """Amounts and shares that rose or fell; figures that differ are told side by side, not compared."""
        for msgid, figure, say in (
            ("The amount", "amount_eur", spoken.euros),
            ("The support", "support_percent", spoken.percent),
        ):
            was, now = stated(self.before, figure), stated(self.after, figure)
            if was == now:
                continue
            what = self.say(msgid)
            if len(was) == len(now) == 1 and was[0].value != now[0].value:
                yield self.say(
                    "{what} was raised from {before} to {after}"
                    if now[0].value > was[0].value
                    else "{what} was lowered from {before} to {after}",
                    what=what,
                    before=say(was[0].value, self.language),
                    after=say(now[0].value, self.language),
                )
            elif not now:
                gone = " · ".join(say(each.value, self.language) for each in was)
                yield self.say("{what} is no longer given (it was {before})", what=what, before=gone)
            elif [each.value for each in was] != [each.value for each in now]:
                found = [(say(each.value, self.language), where(each, self.language)) for each in now]
                after = " · ".join(f"{value} ({source})" if source else value for value, source in found)
                yield self.say("{what} is now {after}", what=what, after=after)

    def places(self) -> Iterator[str]:
        """Where it is, and for which cities."""
        if self.before.location != self.after.location:
            yield self._worded(self.say("The place"), self.before.location, self.after.location)
        was, now = self.before.cities, self.after.cities
        if set(was) == set(now):
            return
        if not now:
            yield self.say("It is now for all cities.")
        elif not was:
            yield self.say("It is now only for {cities}.", cities=self._cities(now))
        else:
            come = [slug for slug in now if slug not in was]
            gone = [slug for slug in was if slug not in now]
            if come:
                yield self.say("Added: {cities}", cities=self._cities(come))
            if gone:
                yield self.say("Left out: {cities}", cities=self._cities(gone))

    def _cities(self, slugs: list[str] | tuple[str, ...]) -> str:
        return spoken.cities(slugs, self.language, self.network)

    def names(self) -> Iterator[str]:
        """Fund, authority, objectives and whom to ask, where a source states another one now."""
        old, new = self.before, self.after
        day = spoken.naming_day(new)

        def authority(name: str | None) -> str:
            return spoken.authorities([name], day, self.language, self.network) if name else ""

        pairs = [
            ("The fund", spoken.fund(old.fund, self.language), spoken.fund(new.fund, self.language)),
            ("The authority", authority(old.authority), authority(new.authority)),
            ("The specific objectives", ", ".join(old.objectives), ", ".join(new.objectives)),
            ("The contact", old.contact_role, new.contact_role),
        ]
        for msgid, was, now in pairs:
            if (was or "") != (now or ""):
                yield self._worded(self.say(msgid), was, now)

    def _worded(self, what: str, was: str | None, now: str | None) -> str:
        if not now:
            return self.say("{what} is no longer given (it was {before})", what=what, before=was)
        if not was:
            return self.say("{what} is now {after}", what=what, after=now)
        return self.say("{what} changed from “{before}” to “{after}”", what=what, before=was, after=now)

    def files(self) -> Iterator[str]:
        """Files that came or went, by their names."""
        old, new = ({each.key: each.name for each in said.files} for said in (self.before, self.after))
        come = [name for key, name in new.items() if key not in old]
        gone = [name for key, name in old.items() if key not in new]
        if come:
            yield self.say("New files: {names}", names=", ".join(come))
        if gone:
            yield self.say("Files taken away: {names}", names=", ".join(gone))

    def texts(self) -> Iterator[str]:
        """The title, the text and the link, as this reader sees them."""
        for msgid, was, now in (
            ("The title was changed.", self.before.title, self.after.title),
            ("The text was changed.", self.before.body, self.after.body),
        ):
            old, new = variant(was, self.language), variant(now, self.language)
            if new[0] != old[0] and new[0] == self.language:
                continue  # a new language version is told once, below
            if new != old:
                yield self.say(msgid)
        if self.language in self.after.title and self.language not in self.before.title:
            yield self.say("It can now be read in your language.")
        if self.before.url != self.after.url:
            yield self.say("The link to the source was changed.")
        if self.after.urgent and not self.before.urgent:
            yield self.say("It is now urgent.")
