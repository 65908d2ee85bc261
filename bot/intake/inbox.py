"""The inbox: the one way from an integration into the house, bound to a source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot import clock
from bot.contracts import Accepted, Defaults, Language, Report
from bot.intake.accept import Rights, accept
from bot.intake.gather import Gatherer
from bot.intake.relevance import Sieve, rules
from bot.intake.watch.runs import Counts, count_sent
from bot.network import Network
from bot.store.db import Database
from bot.store.sources import Received, Source


@dataclass(frozen=True, slots=True)
class _Request:
    reports: Sequence[Report]
    receipt: str | None


class SourceInbox:
    """Takes reports of one source. Every call returns after its commit; calls that meet share one."""

    def __init__(
        self,
        database: Database,
        network: Network,
        source: Source,
        zone: str,
        language: Language = "fi",
        *,
        publish: str | None = None,
        tell: bool = True,
        corrects: bool = True,
    ) -> None:
        """`publish` takes the place of the source's own, where what it brings is believed less; without `tell`
        nobody hears of it, without `corrects` nobody that it changed."""
        self._database = database
        self._source_id = source.id
        self._rights = Rights(
            publish or source.publish,
            source.may_be_urgent,
            tell=tell,
            corrects=tell and corrects,
            sieve=Sieve(network, rules()) if source.sifted else None,
        )
        self._zone = zone
        self._gatherer: Gatherer[_Request, Sequence[Accepted]] = Gatherer(self._write)
        self.cities = frozenset(city.slug for city in network.cities)
        self.topics = frozenset(topic.slug for topic in network.topics)
        self.councils = frozenset(network.council_names())
        self.defaults: Defaults = source.stated_defaults(language)

    def accept(self, reports: Sequence[Report], receipt: str | None = None) -> Sequence[Accepted]:
        """Take reports in. With a receipt seen before nothing happens: each is a duplicate of the first time."""
        return self._gatherer.submit(_Request(reports, receipt))

    def _write(self, requests: Sequence[_Request]) -> Sequence[Sequence[Accepted]]:
        return self._database.write(lambda session: self._accept(session, requests))

    def _accept(self, session: Session, requests: Sequence[_Request]) -> list[Sequence[Accepted]]:
        seen = self._seen(session, [request.receipt for request in requests if request.receipt])
        fresh: dict[int, _Request] = {}
        for at, request in enumerate(requests):
            if request.receipt is None or request.receipt not in seen:
                fresh[at] = request
                if request.receipt is not None:
                    seen[request.receipt] = None  # a second one in this very batch is a duplicate too
        reports = [report for request in fresh.values() for report in request.reports]
        answers = iter(accept(session, self._source_id, reports, self._rights, self._zone))
        taken = {at: [next(answers) for _ in request.reports] for at, request in fresh.items()}
        for at, request in fresh.items():
            if request.receipt is not None and taken[at]:
                seen[request.receipt] = taken[at][0].item_id
        self._remember(session, [(request.receipt, taken[at]) for at, request in fresh.items()])
        count_sent(
            session, self._source_id, Counts.of([each for answers in taken.values() for each in answers])
        )
        return [
            taken[at]
            if at in taken
            else [Accepted("duplicate", seen[str(request.receipt)]) for _ in request.reports]
            for at, request in enumerate(requests)
        ]

    def _seen(self, session: Session, receipts: Sequence[str]) -> dict[str, int | None]:
        if not receipts:
            return {}
        mine = (Received.source_id == self._source_id, Received.receipt.in_(receipts))
        return dict(session.execute(select(Received.receipt, Received.item_id).where(*mine)).all())

    def _remember(self, session: Session, taken: Sequence[tuple[str | None, Sequence[Accepted]]]) -> None:
        # The withdrawal of an unknown id is not remembered: its report may still be on the way.
        rows = [
            {
                "source_id": self._source_id, "receipt": receipt,
                "item_id": answers[0].item_id, "received_at": clock.now(),
            }
            for receipt, answers in taken
            if receipt and any(answer.verdict != "unknown" for answer in answers)
        ]  # fmt: skip
        if rows:
            session.execute(insert(Received), rows)
