"""The sections of the weekly letter: what they are called, and what goes into each.

Written in `LETTER_SECTIONS` as `suomeksi|på svenska|in English=rule,rule;…` in the order of the letter. A rule
is a kind (`call`), a kind that names cities (`news@cities`), a source (`source:eui`), a topic (`topic:energia`)
or `*` for all that fits nowhere else. The closest rule wins: a source, then a topic, then a kind with cities,
then a kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.contracts import KINDS, LANGUAGES, Kind, Language

_WANTED = "must be sections such as Haut|Utlysningar|Calls=call;Muuta|Annat|Other=*"
_RULE = re.compile(rf"(source|topic):[a-z0-9][a-z0-9_-]{{0,63}}|({'|'.join(KINDS)})(@cities)?|\*")


@dataclass(frozen=True, slots=True)
class LetterSection:
    """A section: `key` names it in the letter's content, `titles` people by language."""

    key: str
    titles: dict[Language, str]
    rules: tuple[str, ...]


def read_sections(text: str) -> tuple[LetterSection, ...]:
    """Read `LETTER_SECTIONS`. Raises ValueError that says what it must be."""
    sections: list[LetterSection] = []
    for number, part in enumerate((each for each in text.split(";") if each.strip()), 1):
        names, equals, stated = part.partition("=")
        titles = [name.strip() for name in names.split("|")]
        rules = tuple(rule.strip() for rule in stated.split(",") if rule.strip())
        if not equals or len(titles) != len(LANGUAGES) or not all(titles) or not rules:
            raise ValueError(_WANTED)
        wrong = next((rule for rule in rules if not _RULE.fullmatch(rule)), None)
        if wrong:
            raise ValueError(f"has the rule {wrong!r}: it {_WANTED}")
        sections.append(LetterSection(f"s{number}", dict(zip(LANGUAGES, titles, strict=True)), rules))
    if not sections:
        raise ValueError(_WANTED)
    return tuple(sections)


def section_of(
    sections: Sequence[LetterSection],
    kind: Kind | str,
    cities: Collection[str],
    topics: Collection[str],
    sources: Collection[str],
) -> str:
    """The key of the section an item belongs to: that of the closest rule, the first among equals.

    What no rule names stands in the last section.
    """
    closeness = {f"source:{name}": 5 for name in sources} | {f"topic:{name}": 4 for name in topics}
    closeness |= {kind: 2, "*": 1} | ({f"{kind}@cities": 3} if cities else {})
    scores = [max(closeness.get(rule, 0) for rule in section.rules) for section in sections]
    best = max(scores)
    return sections[scores.index(best) if best else -1].key


USUAL_SECTIONS = read_sections(
    "Ajankohtaista|Aktuellt|In focus=announcement,news,*;"
    "Avoimet haut|Öppna utlysningar|Open calls=call;"
    "Tapahtumat|Evenemang|Events=event;"
    "Kaupungeista|Från städerna|From the cities=news@cities,discussion;"
    "Kansainvälistä|Internationellt|International=source:sedia,source:eui"
)
"""The sections of an installation that sets none."""
