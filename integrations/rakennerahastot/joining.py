"""The Finnish and the Swedish page of one call as one report."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clock import When
from bot.contracts import Details, Figure, Kind, Report, SourceLink, Surroundings
from integrations.articles import visibility
from integrations.rakennerahastot.notice import Notice

_ORDER = ("fi", "sv", "en")


def joined(own: str, notices: Sequence[Notice], surroundings: Surroundings) -> tuple[Report, list[str]]:
    """One report of one or more language versions, and a sentence for each thing they state differently.

    Sums that differ stand side by side. Dates that differ are the Finnish page's, and named.
    """
    versions = sorted(notices, key=lambda each: _ORDER.index(each.language))
    first, faults = versions[0], []
    links = tuple(SourceLink(url=each.url, language=each.language) for each in versions)
    amount, amounts = Figure.side_by_side(
        "amount_eur", {each.language: each.amount for each in versions if each.amount is not None}, links
    )
    share, shares = Figure.side_by_side(
        "support_percent", {each.language: each.share for each in versions if each.share is not None}, links
    )
    of_call = any(each.of_call for each in versions)
    opens, closes = (_first(versions, name) for name in ("opens", "closes"))
    for each in versions:
        stated = each.span.closes if each.span else None
        if stated and closes and stated != closes:
            faults.append(f"{each.url} states another closing date ({stated.isoformat()}) than {first.url}")
    if of_call and closes is None:
        faults.append(f"{first.url}: no closing date could be read")
    kind: Kind = "call" if of_call else "news"
    councils = {slug for each in versions for slug in each.councils}
    details = Details(
        kind=kind,
        title={each.language: each.title for each in versions},
        body={each.language: each.body for each in versions if each.body},
        url=first.url,
        cities=surroundings.defaults.cities,
        topics=surroundings.defaults.topics,
        visibility=visibility(kind, surroundings.defaults),
        opens_at=opens,
        closes_at=closes,
        published_at=first.published,
        fund=next((each.fund for each in versions if each.fund), None),
        councils=tuple(councils) if len(councils) == 1 else (),
        amount_eur=amount,
        support_percent=share,
        figures=(*amounts, *shares),
        links=links if len(links) > 1 else (),
        stated_state="open" if any(each.open_now for each in versions) else None,
    )
    return Report(own, details), faults


def _first(versions: Sequence[Notice], name: str) -> When | None:
    return next((when for each in versions if each.span and (when := getattr(each.span, name))), None)
