"""What comes in: reports, the sources and webhooks that bring them, and the inbox that takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, StringConstraints

from bot.contracts.enclosures import Enclosure
from bot.contracts.words import Body, Kind, Language, Moment, Role, Title, Visibility

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class SourceLink(BaseModel):
    """Where a source, or a language version of it, can be read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    language: Language | None = None
    label: str = ""


class Figure(BaseModel):
    """One figure as one source or language version states it; `name` is the field it belongs to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Literal["amount_eur", "support_percent"]
    value: float
    language: Language | None = None
    source: str = ""
    url: str | None = None

    @classmethod
    def side_by_side(
        cls,
        name: Literal["amount_eur", "support_percent"],
        values: Mapping[Language | Literal[""], float],
        links: Sequence[SourceLink] = (),
    ) -> tuple[float | None, tuple[Figure, ...]]:
        """One value when all language versions state the same, else None and a figure for each of them.

        The key "" is a value of no language; `links` say where each version can be read.
        """
        if len(set(values.values())) <= 1:
            return next(iter(values.values()), None), ()
        urls: dict[str, str] = {link.language: link.url for link in links if link.language}
        return None, tuple(
            cls(name=name, value=value, language=language or None, url=urls.get(language))
            for language, value in values.items()
        )


class StatedDeadline(BaseModel):
    """A deadline as one source states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    when: Moment
    source: str = ""
    url: str | None = None


class Details(BaseModel):
    """What is said about a thing: the content of a report, and of the item made from it.

    `title` and `body` map a language to its text; bodies are Markdown. `cities` and `topics` are
    slugs of the network, empty meaning all; so are `roles`, and what is for some roles only is never public.
    Moments are a `When`: an instant, or a bare date.

    Of a call: `fund` and `authority` as the source names them (`authority` may be a slug, or a name that
    changed since), `councils` that pass on the money (slugs), specific `objectives`, the last deadline
    `closes_at` with earlier `cutoffs`, the full application of a two-stage call `second_stage_at`,
    `continuous` when there is no deadline, `may_close_early`, the `briefing_at` and whom to ask
    (`contact_role`). `figures` are money and shares that differ between languages or sources: they are
    shown side by side and never merged. `stated_state` is what the source itself says of it. `identifier` is
    the call's own number, as its funder writes it. `stated_deadlines` are filled in by the house where
    sources differ: `closes_at` is then the first source's.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kind
    title: dict[Language, Title]
    body: dict[Language, Body] = {}
    url: str | None = None
    cities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    urgent: bool = False
    visibility: Visibility = "network"
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    starts_at: Moment | None = None
    ends_at: Moment | None = None
    location: str | None = None
    fund: str | None = None
    authority: str | None = None
    amount_eur: float | None = None
    support_percent: float | None = None
    published_at: Moment | None = None
    councils: tuple[str, ...] = ()
    objectives: tuple[str, ...] = ()
    cutoffs: tuple[Moment, ...] = ()
    second_stage_at: Moment | None = None
    continuous: bool = False
    may_close_early: bool = False
    briefing_at: Moment | None = None
    contact_role: str | None = None
    links: tuple[SourceLink, ...] = ()
    figures: tuple[Figure, ...] = ()
    stated_state: Literal["upcoming", "open", "closed"] | None = None
    identifier: Identifier | None = None
    roles: tuple[Role, ...] = ()
    files: tuple[Enclosure, ...] = ()
    stated_deadlines: tuple[StatedDeadline, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says about one thing, under the source's own id. `details` is None on withdrawal.

    `as_of` is when the thing was so, by the source's clock, where reports may come out of order: one that is
    older than what is known changes nothing.
    """

    external_id: str
    details: Details | None
    as_of: datetime | None = None

    @property
    def withdrawn(self) -> bool:
        return self.details is None


Verdict = Literal["accepted", "updated", "duplicate", "withdrawn", "unknown"]


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one report: the verdict and the item's id (None for the withdrawal of an unknown id); `joined`
    when it is new, and tells of an item that another source brought."""

    verdict: Verdict
    item_id: int | None
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a source says when its reports do not: filled in before a report is accepted."""

    kind: Kind = "news"
    visibility: Visibility | None = None
    cities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    language: Language = "fi"


Cursor = Mapping[str, Any]
"""Where a source got to, as JSON it understands itself (ETag, Last-Modified, a page …)."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What one poll brought: reports, the next cursor, and faults of single entries that were left out.

    `certificate_ends` is the last instant of the server's certificate, where there was one.
    """

    reports: Sequence[Report]
    cursor: Cursor
    faults: Sequence[str] = ()
    unchanged: bool = False
    certificate_ends: datetime | None = None


FaultKind = Literal[
    "unreachable", "refused", "gone", "limited", "robots", "private", "too_large", "not_content", "structure",
    "empty", "options", "broken", "other",
]  # fmt: skip
"""Why a source could not be read, for whoever looks after it: `refused` wants a sign-in or forbids, `limited`
asks us to come less often, `robots` forbids by robots.txt, `not_content` is a login page, a captcha or a cookie
wall instead of what was asked for, `structure` is a page that is built otherwise than before, `empty` has no
rows where there were some, `broken` is our own fault."""


class SourceFault(Exception):
    """A source could not be read: it is down, refuses, or is not what it claims to be.

    `retry_after` is the wait in seconds that the source itself asked for, if it did.
    """

    def __init__(self, reason: str, retry_after: float | None = None, kind: FaultKind = "other") -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.kind: FaultKind = kind


class Source(Protocol):
    """Brings news in when it is asked."""

    def fetch(self, since: Cursor) -> Fetched:
        """Read what is new since the cursor. Raises SourceFault."""


@dataclass(frozen=True, slots=True)
class Received:
    """One HTTP request as a webhook sees it. Header names are lower case; `body` is the raw bytes."""

    headers: Mapping[str, str]
    body: bytes
    path: str = ""
    query: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook answers: a status and a JSON document (RFC 9457 problem details when 4xx or 5xx)."""

    status: int
    body: Mapping[str, Any]
    headers: Mapping[str, str] = field(default_factory=dict)


class Webhook(Protocol):
    """Lets others bring news in."""

    def receive(self, request: Received, inbox: Inbox) -> Answer:
        """Verify, parse, hand to the inbox, and say what to answer. Never acknowledges before the commit."""


class Inbox(Protocol):
    """All that an integration may call back. Bound to one source."""

    cities: frozenset[str]
    topics: frozenset[str]
    councils: frozenset[str]
    defaults: Defaults

    def accept(self, reports: Sequence[Report], receipt: str | None = None) -> Sequence[Accepted]:
        """Take reports in; returns after the commit, one answer each.

        `receipt` is the sender's own id of this very request (`webhook-id`): the second time it is
        seen, nothing happens and the first verdicts come back as duplicates.
        """
