"""A topic of the portal, which is what applicants call a call: its metadata are lists of strings.

A topic comes in one row for each language. Its instants are UTC; midnight UTC is a bare date, since the portal closes
its calls at 17:00 in Brussels and only writes midnight where it names no hour.
"""

from __future__ import annotations

import hashlib
import html
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Final, Literal
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from bot.clock import When
from bot.contracts import LANGUAGES, Details, Language, Report, SourceLink, Surroundings
from integrations import text
from integrations.listing import Key, digest, stated
from integrations.text import Text

# Seen in public client code; https://ec.europa.eu/info/funding-tenders/opportunities/portal shows the names.
_PROGRAMMES: Final = {
    "43108390": "Horizon Europe",
    "43152860": "Digital Europe",
    "43251567": "CEF",
    "43251589": "CERV",
    "43252405": "LIFE",
    "43252476": "Single Market Programme",
    "43353764": "Erasmus+",
}

# Some clients have the first two the other way round, so a call's state is taken from its dates and only compared.
_STATES: Final[Mapping[str, Literal["upcoming", "open", "closed"]]] = {
    "31094501": "upcoming",
    "31094502": "open",
    "31094503": "closed",
}


class Topic(BaseModel):
    """One row of the answer, its lists opened."""

    model_config = ConfigDict(frozen=True)

    identifier: Key
    title: Text
    call_title: Text = Field("", alias="callTitle")
    language: str = ""
    types: tuple[str, ...] = Field(("",), alias="type")
    status: str = ""
    opens: Any = Field(None, alias="startDate")
    deadlines: tuple[Any, ...] = Field((), alias="deadlineDate")
    model: str = Field("", alias="deadlineModel")
    programme: Text = Field("", alias="frameworkProgramme")
    description: str = Field("", alias="descriptionByte")
    budget: str = Field("", alias="budgetOverview")

    @field_validator("title")
    @classmethod
    def _says_something(cls, value: str) -> str:
        if not text.title(value, is_html=True):
            raise ValueError("it is empty")
        return value

    @model_validator(mode="before")
    @classmethod
    def _opened(cls, row: Any) -> Any:
        """The metadata with the first of each list; all types and deadlines. The row's own summary is a title too."""
        metadata = row.get("metadata") if isinstance(row, dict) else None
        if not isinstance(metadata, dict):
            raise ValueError("it has no metadata")
        lists = {
            name: [each for each in (value if isinstance(value, list) else [value]) if each not in (None, "")]
            for name, value in metadata.items()
        }
        several = {"type", "deadlineDate"}
        opened = {name: tuple(v) if name in several else v[0] for name, v in lists.items() if v}
        return {"title": row.get("summary"), **opened}


def name_of(row: Any) -> str:
    """The identifier of a row that may be broken otherwise; empty when it has none."""
    try:
        said = row["metadata"]["identifier"]
        return str(said[0] if isinstance(said, list) else said).strip()
    except (TypeError, LookupError):
        return ""


@dataclass(frozen=True, slots=True)
class Found:
    """A call that was found: its report without text, and its texts as HTML, which take long to be made readable."""

    bare: Report
    texts: Mapping[Language, str]
    address: str

    @property
    def digest(self) -> str:
        """By what a change of it is known."""
        return hashlib.sha256(f"{digest(self.bare)}{sorted(self.texts.items())}".encode()).hexdigest()[:16]

    def whole(self) -> Report:
        """The report with its texts."""
        made = {
            language: text.markdown(said, is_html=True, base=self.address)
            for language, said in self.texts.items()
        }
        body = {language: said for language, said in made.items() if said}
        details = self.bare.details
        return replace(self.bare, details=details and details.model_copy(update={"body": body}))


def calls(
    topics: Sequence[Topic], portal: str, preferred: Language, surroundings: Surroundings, faults: list[str]
) -> list[Found]:
    """One call for each identifier, whatever languages and doubles it came in."""
    versions: dict[str, dict[Language, Topic]] = {}
    for topic in topics:
        language = next((known for known in LANGUAGES if known == topic.language.casefold()), None)
        if language is None and topic.language:
            continue
        first = versions.setdefault(topic.identifier, {}).setdefault(language or preferred, topic)
        if first != topic:
            faults.append(
                f"{topic.identifier} stands there more than once, and not the same: the first was taken"
            )
    return [
        _found(identifier, by_language, preferred, portal, surroundings, faults)
        for identifier, by_language in versions.items()
    ]


def _found(
    identifier: str,
    versions: Mapping[Language, Topic],
    preferred: Language,
    portal: str,
    surroundings: Surroundings,
    faults: list[str],
) -> Found:
    main = versions.get(preferred) or next(iter(versions.values()))
    defaults = surroundings.defaults
    address = f"{portal}/screen/opportunities/topic-details/{quote(identifier, safe='')}"
    opens = _day(stated(main.opens, f"{identifier}: the opening", faults))
    deadlines = sorted(
        {
            when
            for each in main.deadlines
            if (when := _day(stated(each, f"{identifier}: the deadline", faults))) is not None
        },
        key=When.ends,
    )
    two_stages = len(deadlines) == 2 and "two" in main.model.casefold()
    bare = Report(
        identifier,
        Details(
            kind="call",
            title={language: text.title(each.title, is_html=True) for language, each in versions.items()},
            url=address,
            links=(SourceLink(url=address, language=preferred),),
            cities=defaults.cities,
            topics=defaults.topics,
            visibility="public",
            opens_at=opens,
            closes_at=deadlines[0 if two_stages else -1] if deadlines else None,
            second_stage_at=deadlines[1] if two_stages else None,
            cutoffs=() if two_stages else tuple(deadlines[:-1]),
            fund=_PROGRAMMES.get(main.programme)
            or (main.programme if not main.programme.isdigit() else None)
            or None,
            amount_eur=_amount(main),
            stated_state=_STATES.get(main.status),
            identifier=identifier,
        ),
    )
    return Found(bare, {language: _text(each) for language, each in versions.items()}, address)


def _text(topic: Topic) -> str:
    """The call that a topic belongs to, and what it wants, as HTML."""
    call = text.title(topic.call_title, is_html=True)
    heading = f"<p><strong>{html.escape(call)}</strong></p>" if call else ""
    return heading + topic.description


def _day(when: When | None) -> When | None:
    return When(day=when.at.date()) if when and when.at and when.at.time() == time(0) else when


def _amount(topic: Topic) -> float | None:
    """The topic's own budget over all years; the overview is of the whole call, and another topic's money is not."""
    try:
        actions = json.loads(topic.budget)["budgetTopicActionMap"].values()
        own = [
            float(euros)
            for several in actions
            for action in several
            if str(action["action"]).casefold().split(" ")[0] == topic.identifier.casefold()
            for euros in action["budgetYearMap"].values()
        ]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    total = math.fsum(own)
    return total if 0 < total < 1e12 else None
