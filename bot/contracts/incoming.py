"""What comes in: reports, the sources and webhooks that bring them, and the inbox that takes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.contracts.details import Details
from bot.contracts.words import Kind, Language, Visibility


@dataclass(frozen=True, slots=True)
class Report:
    """What one source says about one thing, under the source's own id. `details` is None on withdrawal.

    `as_of` is when the thing was so, by the source's clock, where reports may come out of order: one that is
    older than what is known changes nothing. One that is new and `quiet` is taken in without a notice.
    """

    external_id: str
    details: Details | None
    as_of: datetime | None = None
    quiet: bool = False

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

    `certificate_ends` is the last instant of the server's certificate, where there was one. `listed` are the ids of
    all that the source lists just now, told or not, if it lists what there is and all of its list was read: what is
    not among them may go on under another id. None where that is not known.

    `left` are the ids of what could be read only in part, or not at all, and comes at a later poll; without `whole`
    the list itself was not read to its end. What a silent first poll left is taken in silently when it comes.
    """

    reports: Sequence[Report]
    cursor: Cursor
    faults: Sequence[str] = ()
    unchanged: bool = False
    certificate_ends: datetime | None = None
    listed: frozenset[str] | None = None
    left: frozenset[str] = frozenset()
    whole: bool = True


def named(reports: Iterable[Report]) -> frozenset[str]:
    """The ids under which reports name what there is. What is taken back may go on under another."""
    return frozenset(report.external_id for report in reports if report.details)


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

    `retry_after` is the wait in seconds that the source itself asked for, if it did; `cursor` is what the source
    wants to know at the next poll, where it doubts what it saw.
    """

    def __init__(
        self,
        reason: str,
        retry_after: float | None = None,
        kind: FaultKind = "other",
        cursor: Cursor | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.cursor = cursor
        self.kind: FaultKind = kind


class HostRests(SourceFault):
    """The source was not asked at all, for its host is left alone for so many seconds: no fault of the source."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason, seconds, "limited")
        self.seconds = seconds


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
