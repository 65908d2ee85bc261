"""What would come of reports if they were taken in: for dry runs, and for files that somebody wants to import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy.orm import Session

from bot.contracts import Report, Verdict
from bot.intake.accept import Rights, content_of, firsts_of, verdict_of
from bot.intake.joins import see_beside
from bot.intake.records import known_reports

Foreseen = Verdict | Literal["aside", "joined"]
"""What would come of a report: of new ones also that it would be set aside, or join what another source told."""

WORDS: Mapping[Foreseen, str] = {
    "accepted": "new", "joined": "new, and joins what another source told", "aside": "new, and set aside",
    "updated": "changed", "duplicate": "unchanged", "withdrawn": "withdrawn", "unknown": "withdrawn, and not known",
}  # fmt: skip
"""How that is said, in the order in which it is shown."""


def foresee(
    session: Session, source_id: int, reports: Sequence[Report], rights: Rights, zone: str
) -> list[Foreseen]:
    """What would come of reports if they were taken in; nothing is changed."""
    known = known_reports(session, source_id, [report.external_id for report in reports])
    contents = [content_of(report, rights, zone) for report in reports]
    found: list[Foreseen] = [
        verdict_of(known.get(report.external_id), content, report.as_of)
        for report, content in zip(reports, contents, strict=True)
    ]
    new = {at: content for at, content in enumerate(contents) if content and found[at] == "accepted"}
    aside = {at for at, content in new.items() if content.judged and not content.judged.concerns}
    firsts = [new[at] for at in firsts_of(dict(enumerate(reports)), rights) if at in new and at not in aside]
    promised = see_beside(session, source_id, firsts, rights.state, zone).promised if rights.join else {}
    joins = set(promised.values())
    for at, content in new.items():
        if at in aside:
            found[at] = "aside"
        elif content.external_id in joins:
            found[at] = "joined"
    return found
