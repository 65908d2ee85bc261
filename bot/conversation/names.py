"""Cities, topics and funds in what people write: in any language and Finnish case, with or without the dots.

"Tampereen", "Turussa", "Jyvaskyla" and "Åbos" are found; what is only alike is suggested, never taken.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from bot.network import Network
from bot.network_check import fold
from bot.planning.spoken import known_funds

NEAR = 0.78
"""How alike (0 to 1) a word must be to a name to be suggested."""

LONGEST_NAME = 4
"""Words of a name."""

_ENDINGS = (
    "n", "ssa", "ssä", "sta", "stä", "lla", "llä", "lta", "ltä", "lle", "na", "nä", "a", "ä", "ta", "tä",
    "hun", "hin", "han", "hyn", "seen", "s", "ns",
)  # fmt: skip
"""Finnish cases as far as towns and topics take them, and the genitives of Swedish and English."""

_GRADES = (
    ("nk", "ng"), ("nt", "nn"), ("mp", "mm"), ("lt", "ll"), ("rt", "rr"), ("kk", "k"), ("pp", "p"), ("tt", "t"),
    ("k", ""), ("t", "d"), ("p", "v"),
)  # fmt: skip
"""How a strong last syllable becomes weak: Turku, Turun; Lahti, Lahden; Lappeenranta, Lappeenrannan."""

_VOWELS = "aeiouyäö"
_WORD = re.compile(r"[^\s,;!?()\"“”]+")


@dataclass(frozen=True, slots=True)
class Named:
    """What a text names (slugs; the fund as it is abbreviated), and the words that are left of it."""

    city: str = ""
    topic: str = ""
    fund: str = ""
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Names:
    """Every form of every name, by what it means: `city tampere`, `topic energia`, `fund EAKR`."""

    forms: Mapping[str, tuple[str, str]]
    beginnings: tuple[tuple[str, str], ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)


def named_in(network: Network, text: str) -> Named:
    """The first city, topic and fund in a text, longest names first."""
    known = _known(network)
    words = _WORD.findall(fold(text).replace("–", "-"))
    found: dict[str, str] = {}
    rest = []
    at = 0
    while at < len(words):
        taken = 0
        for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):
            noun, slug = _meaning(known, " ".join(words[at : at + length]))
            if noun and noun not in found:
                found[noun], taken = slug, length
                break
        if not taken:
            rest.append(words[at].strip(".:"))
        at += taken or 1
    return Named(
        found.get("city", ""), found.get("topic", ""), found.get("fund", ""), tuple(filter(None, rest))
    )


def city_in(network: Network, text: str) -> str:
    """The city (slug) that a text is; empty when it is none, or says more."""
    named = named_in(network, text)
    return named.city if not (named.topic or named.fund or named.rest) else ""


def topic_in(network: Network, text: str) -> str:
    """The topic (slug) that a text is; empty when it is none, or says more."""
    named = named_in(network, text)
    return named.topic if not (named.city or named.fund or named.rest) else ""


def alike(network: Network, word: str) -> str:
    """The name that a word is a misspelling of, as it is written; empty when it is like none."""
    known = _known(network)
    near = get_close_matches(_plain(fold(word))[:64], known.written, 1, NEAR) if len(word) > 3 else []
    return known.written[near[0]] if near else ""


def _meaning(known: _Names, said: str) -> tuple[str, str]:
    said = said.strip(".:'’")
    for each in (said, _plain(said)):
        if each in known.forms:
            return known.forms[each]
    slug = next((slug for beginning, slug in known.beginnings if said.startswith(beginning)), "")
    return ("topic", slug) if slug and " " not in said else ("", "")


def _known(network: Network) -> _Names:
    cities = tuple((slug, names) for slug, names in network.city_names().items())
    topics = tuple((topic.slug, topic.labels.each()) for topic in network.topics)
    words = tuple((slug, names) for slug, names in network.topic_words().items())
    return _collect(cities, topics, words)


@cache
def _collect(
    cities: tuple[tuple[str, tuple[str, ...]], ...],
    topics: tuple[tuple[str, tuple[str, ...]], ...],
    words: tuple[tuple[str, tuple[str, ...]], ...],
) -> _Names:
    forms: dict[str, tuple[str, str]] = {}
    written: dict[str, str] = {}
    for noun, entries in (("city", cities), ("topic", topics)):
        for slug, names in entries:
            for name in (slug, *names):
                plain = fold(name).replace("–", "-")
                for form in _forms(plain):
                    forms.setdefault(form, (noun, slug))
                    forms.setdefault(_plain(form), (noun, slug))
                if name in names:
                    written.setdefault(_plain(plain), name)
    for fund in known_funds():
        for form in (fund.casefold(), fund.casefold().rstrip("+")):
            forms.setdefault(form, ("fund", fund))
            forms.update(
                {f"{form}{sign}{end}": ("fund", fund) for sign in ("", ":", "-") for end in ("n", "s")}
            )
    return _Names(forms, tuple(_beginnings(dict(topics), words)), written)


def _beginnings(
    labels: Mapping[str, tuple[str, ...]], words: tuple[tuple[str, tuple[str, ...]], ...]
) -> Iterator[tuple[str, str]]:
    """Beginnings of words that are as good as a topic's label: of the same stem, or with a hyphen."""
    for slug, each in words:
        stems = {fold(label)[:5] for label in labels.get(slug, ())}
        for word in map(fold, each):
            if " " not in word and len(word) > 4 and ("-" in word or word[:5] in stems):
                yield word, slug


def _forms(name: str) -> Iterator[str]:
    """A name, and what Finnish cases and the other languages' genitive make of it."""
    yield name
    if " " in name or len(name) < 3:
        return
    for stem in _stems(name):
        for ending in _ENDINGS:
            yield stem + ending
        if stem[-1] in _VOWELS:
            yield f"{stem}{stem[-1]}n"


def _stems(name: str) -> Iterator[str]:
    bases = [name]
    if name.endswith("i"):
        bases.append(f"{name[:-1]}e")
    if name.endswith("e"):
        bases.append(f"{name}e")
    if name.endswith("us") or name.endswith("ys"):
        bases += [f"{name[:-1]}de", f"{name[:-1]}te"]
    elif name.endswith("nen"):
        bases.append(f"{name[:-3]}se")
    for base in bases:
        yield base
        body, vowel = base[:-1], base[-1:]
        weak = next((body[: -len(old)] + new for old, new in _GRADES if body.endswith(old)), "")
        if weak and vowel in _VOWELS:
            yield weak + vowel


def _plain(word: str) -> str:
    """Without the dots and rings, as people type on other keyboards, and as slugs are."""
    return "".join(each for each in unicodedata.normalize("NFD", word) if not unicodedata.combining(each))
