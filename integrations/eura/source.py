"""Asks EURA 2021 for its calls: the page of all, and the own pages of those that are new or changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from bot import clock
from bot.contracts import Cursor, Fetched, Report, SourceFault, Surroundings
from integrations.eura.call import Call, closing, notice_address, report
from integrations.eura.detail import Detail, read_detail
from integrations.eura.listing import Listing, read_listing
from integrations.listing import Site, digest, once_each, rows
from integrations.reading import read, validators

MOST_DETAILS: Final = 20
MOST_KNOWN: Final = 2_000

# What the cursor remembers of a row beside its digest.
_WHOLE, _BARE, _OVER, _WAITED = "+", "-", ".", "!"


class EuraOptions(BaseModel):
    """Where EURA is, and whether each call's own page is read too."""

    model_config = ConfigDict(extra="forbid")

    site: Site = Field(HttpUrl("https://eura2021.fi"), title="Site")
    details: bool = Field(
        False,
        title="Details",
        description="read the own page of each new or changed call, for its text and money",
    )


class EuraSource:
    """Reads EURA. Its cursor holds `rows` (a digest of each by id, and what became of its own page) and validators.

    Only rows that are new or changed become reports. A mark behind each digest says: `+` its own page was read, `-`
    that is still to be done, `.` there is no need since it is closed, `!` it has changed and waits for its own page.
    """

    def __init__(self, options: EuraOptions, surroundings: Surroundings) -> None:
        self._details = options.details
        self._site = str(options.site).rstrip("/")
        self._surroundings = surroundings

    def fetch(self, since: Cursor) -> Fetched:
        """What is new or changed. Raises SourceFault when the page cannot be read, or lists no call."""
        known: Mapping[str, str] = since.get("rows") or {}
        waiting = self._details and any(each.endswith((_BARE, _WAITED)) for each in known.values())
        page = read(
            f"{self._site}/hakuilmoitukset/",
            self._surroundings,
            known=None if waiting else since,
            limit_bytes=15 * 1024 * 1024,
        )
        if page.status == 304:
            return Fetched([], since, unchanged=True, certificate_ends=page.certificate_ends)
        listing = read_listing(page)
        calls, bare, faults = self._bare(listing)
        if listing.links:
            # Known calls stay as they are: without their days they would all seem to have changed.
            faults.append("the page's data were not found: only titles and links of new calls were read")
            calls = {ident: call for ident, call in calls.items() if ident not in known}
        taken = _Taken({}, [], faults)
        self._take(taken, calls, bare, known, listing)
        if listing.links and not taken.reports:  # else nobody would hear that days and money come no more
            raise SourceFault(
                "the page is built otherwise: its data were not found, only titles and links of new calls are read",
                kind="structure",
            )
        faults += [f"{ident}: its closing day is not known" for ident in _undated(taken.reports, faults)]
        # A row that is missing or broken today is still known tomorrow.
        rest = {ident: row for ident, row in known.items() if ident not in taken.rows}
        cursor: dict[str, Any] = {"rows": dict([*rest.items(), *taken.rows.items()][-MOST_KNOWN:])}
        if not listing.links:  # else the same page is no news, and yet not read
            cursor |= validators(page)
        ends = page.certificate_ends
        return Fetched(
            taken.reports,
            cursor,
            faults,
            unchanged=not taken.reports,
            certificate_ends=ends,
            listed=listing.ids,
            left=self._left(listing, bare, taken.rows),
        )

    def _left(self, listing: Listing, bare: Mapping[str, Report], taken: Mapping[str, str]) -> frozenset[str]:
        """What was not read, or waits for its own page; without the page's data that is all of it."""
        if listing.links:
            return listing.ids
        waits = {ident for ident, row in taken.items() if row.endswith((_BARE, _WAITED))}
        return frozenset((listing.ids - set(bare)) | (waits if self._details else set()))

    def _bare(self, listing: Listing) -> tuple[dict[str, Call], dict[str, Report], list[str]]:
        """The calls of the list and their reports, by id. Raises SourceFault when no row is as it should be."""
        good, faults = rows(listing.rows, Call, "id")
        made = [report(call, listing, self._site, self._surroundings, faults) for call in good]
        once = {each.external_id: each for each in once_each(made, faults)}
        if not once:
            raise SourceFault(f"no call could be read: {faults[0]}", kind="structure")
        if not listing.links and not any(each.details and each.details.closes_at for each in made):
            raise SourceFault("the page is built otherwise: no call has a closing day", kind="structure")
        first: dict[str, Call] = {}
        for call in good:
            first.setdefault(call.id, call)
        return first, once, faults

    def _take(
        self,
        taken: _Taken,
        calls: Mapping[str, Call],
        bare: Mapping[str, Report],
        known: Mapping[str, str],
        listing: Listing,
    ) -> None:
        """Report what is new or changed, with its own page as far as there is room: what has changed comes first."""
        began, left = clock.monotonic(), MOST_DETAILS
        for ident in sorted(calls, key=lambda each: _urgency(known.get(each, ""), bare[each])):
            call, seen, before = calls[ident], digest(bare[ident])[:16], known.get(ident, "")
            same, mark = before[:-1] == seen, before[-1:]
            if same and mark != _BARE:
                taken.rows[ident] = seen + (_WHOLE if mark == _WAITED else mark)
                continue
            wanted = self._details and (mark in {_WHOLE, _WAITED} or not _is_over(call))
            if wanted and left and clock.monotonic() - began < self._surroundings.patience:
                left -= 1
                if detail := self._detail(ident, taken.faults):
                    whole = report(call, listing, self._site, self._surroundings, [], detail)
                    taken.take(ident, whole, seen + _WHOLE)
                    continue
            if wanted and mark == _WHOLE:
                taken.faults.append(
                    f"{ident}: it has changed, and waits for its own page until the next poll"
                )
                taken.rows[ident] = before[:-1] + _WAITED
            elif same:
                taken.rows[ident] = seen + (_OVER if _is_over(call) else _BARE)
            else:
                taken.take(ident, bare[ident], seen + (_OVER if _is_over(call) else _BARE))

    def _detail(self, ident: str, faults: list[str]) -> Detail | None:
        try:
            page = read(notice_address(self._site, ident), self._surroundings)
            return read_detail(page, clock.now().date())
        except SourceFault as fault:
            faults.append(f"{ident}: its own page could not be read: {fault.reason}")
            return None


@dataclass(slots=True)
class _Taken:
    """What a poll takes from the list: the cursor's rows, reports, and faults."""

    rows: dict[str, str]
    reports: list[Report]
    faults: list[str]

    def take(self, ident: str, report: Report, row: str) -> None:
        self.rows[ident] = row
        self.reports.append(report)


def _undated(reports: Iterable[Report], faults: Sequence[str]) -> list[str]:
    """Calls without a closing day of which nothing else says why."""
    undated = (each.external_id for each in reports if each.details and not each.details.closes_at)
    return [
        ident for ident in undated if not any(said.startswith(f"{ident}: the closing") for said in faults)
    ]


def _urgency(before: str, bare: Report) -> int:
    """What has changed since it was told goes before what is new, and that before what only waits for its page."""
    if before[:-1] == digest(bare)[:16]:
        return 2
    return 0 if before else 1


def _is_over(call: Call) -> bool:
    closes = closing(call)
    return closes is not None and closes.ends() <= clock.now()
