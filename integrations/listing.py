"""What sources that list many things share: JSON answers, rows of which a bad one costs only itself, and the end."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, HttpUrl, StringConstraints, ValidationError

from bot import clock
from bot.clock import When
from bot.contracts import Cursor, Fetched, Report, SourceFault, Surroundings, named
from integrations.http import Page
from integrations.moments import meant
from integrations.reading import read

MOST_PAGES: Final = 50

Row = TypeVar("Row", bound=BaseModel)


def _of_a_site(value: HttpUrl) -> HttpUrl:
    if value.username or value.password:
        raise ValueError("must not carry a user name")
    return value


def _split(value: Any) -> Any:
    return (
        tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
    )


Site = Annotated[HttpUrl, AfterValidator(_of_a_site)]
"""The address of a site in a source's options."""

Several = Annotated[tuple[str, ...], BeforeValidator(_split)]
"""Several words in a source's options, split by commas."""

Key = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")
]
"""What a row is called by its source."""


def read_json(
    url: str,
    surroundings: Surroundings,
    *,
    parts: Mapping[str, str] | None = None,
    limit_bytes: int = 5 * 1024 * 1024,
) -> tuple[Any, Page]:
    """What a JSON answer holds, and the page it came on. Raises SourceFault, also for what is no JSON."""
    page = read(url, surroundings, accept="application/json", parts=parts, limit_bytes=limit_bytes)
    return parsed(page.body), page


def all_pages(
    ask: Callable[[int], tuple[list[Any], int]], faults: list[str], surroundings: Surroundings
) -> tuple[list[Any], bool]:
    """The rows of all pages: `ask` gets a page's number, from 1, and says its rows and how many pages there are.

    What is too much or takes too long is left unread; `faults` say so, and so does what is returned beside the rows.
    """
    began = clock.monotonic()
    found, pages = ask(1)
    for page in range(2, min(pages, MOST_PAGES) + 1):
        if clock.monotonic() - began > surroundings.patience:
            faults.append(f"only the first {page - 1} of {pages} pages were read: the site is too slow")
            return found, True
        found = [*found, *ask(page)[0]]
    if pages > MOST_PAGES:
        faults.append(f"only the first {MOST_PAGES} of {pages} pages were read")
    return found, pages > MOST_PAGES


def parsed(body: bytes) -> Any:
    """JSON in UTF-8 with or without a BOM, UTF-16, or Windows-1252 that says otherwise. Raises SourceFault."""
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise SourceFault("the answer is a web page where data should be", kind="not_content")
    try:
        try:
            return json.loads(body)
        except UnicodeDecodeError:
            return json.loads(body.decode("cp1252", "replace"))
    except (ValueError, RecursionError) as fault:
        whole = "the answer is not JSON, or only half of it came" if body.strip() else "the answer is empty"
        raise SourceFault(whole, kind="structure") from fault


def rows(found: Sequence[Any], model: type[Row], called: str) -> tuple[list[Row], list[str]]:
    """Rows as `model` reads them, and a sentence for each that was left out; `called` is the field it is known by."""
    good, faults = [], []
    for number, each in enumerate(found, 1):
        try:
            good.append(model.model_validate(each))
        except ValidationError as fault:
            name = each.get(called) if isinstance(each, dict) else None
            wrong = fault.errors(include_url=False, include_input=False)[0]
            field = ".".join(str(part) for part in wrong["loc"]) or "the row"
            shown = f" ({name!r:.80})" if name else ""
            faults.append(
                f"row {number}{shown} was left out: {field}: {wrong['msg'].removeprefix('Value error, ')}"
            )
    return good, faults


def stated(value: Any, what: str, faults: list[str]) -> When | None:
    """A moment in ISO 8601 as a program states it; one that cannot be right is named in `faults` and left out."""
    if value is None or value == "":
        return None
    try:
        when = When.parse(value)
    except ValueError as fault:
        faults.append(f"{what} {value!r:.60} was left out: it {fault}")
        return None
    if not meant(when):
        faults.append(f"{what} {value!r:.60} was left out: it cannot be right")
        return None
    return when


def once_each(reports: Iterable[Report], faults: list[str]) -> list[Report]:
    """Each external id once, the first of doubles; doubles that differ are named in `faults`."""
    kept: dict[str, Report] = {}
    for report in reports:
        if kept.setdefault(report.external_id, report) != report:
            faults.append(
                f"{report.external_id} stands there more than once, and not the same: the first was taken"
            )
    return list(kept.values())


def ended(
    reports: Sequence[Report],
    faults: Sequence[str],
    known: Cursor,
    *,
    may_be_empty: bool,
    cut: bool = False,
    certificate_ends: datetime | None = None,
) -> Fetched:
    """What a poll that read the whole list, unless it was `cut`, brought; the same list in any order is `unchanged`.

    The cursor holds `hash` and `count`. Raises SourceFault when nothing could be read: that is never "nothing new".
    """
    refuse_nothing(len(reports), faults, known.get("count") or 0, may_be_empty=may_be_empty)
    cursor = {"hash": digest(*reports), "count": len(reports)}
    if cursor["hash"] == known.get("hash"):
        return Fetched([], cursor, faults, unchanged=True, certificate_ends=certificate_ends, whole=not cut)
    listed = None if cut else named(reports)
    return Fetched(reports, cursor, faults, certificate_ends=certificate_ends, listed=listed, whole=not cut)


def refuse_nothing(found: int, faults: Sequence[str], before: int, *, may_be_empty: bool) -> None:
    """Raise SourceFault when of a whole list nothing could be read; `before` is how many stood there the last time."""
    if not found and faults:
        raise SourceFault(f"no row could be read: {faults[0]}", kind="structure")
    if not found and not may_be_empty:
        known = f"{before} stood there before" if before else "it should have some"
        raise SourceFault(f"the list is empty, and {known}", kind="empty")


def digest(*reports: Report) -> str:
    """A hex digest of what reports say, whatever their order."""
    said = sorted(
        (report.external_id, report.details.model_dump_json() if report.details else "") for report in reports
    )
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
