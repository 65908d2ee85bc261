"""A sender that does as it is told, for tests of what the house makes of outcomes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from bot.contracts import Absent, Found, Outcome, Outgoing, Pace, Rendering, Sent, Unknown


class ScriptedSender:
    """Answers with the outcomes it was given, then `Sent`; remembers every message it was asked to send."""

    def __init__(self, *outcomes: Outcome | Exception, pace: Pace | None = None) -> None:
        self.pace = pace or Pace()
        self.script: deque[Outcome | Exception] = deque(outcomes)
        self.sent: list[Outgoing] = []
        self.edits: deque[Outcome] = deque()
        self.revised: list[tuple[dict[str, str], Outgoing]] = []
        self.found: Found | Absent | Unknown = Absent()
        self.asked: list[tuple[str, str, datetime]] = []
        self.before: Callable[[Outgoing], None] = lambda _: None

    def send(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        for message in messages:
            self.before(message)
            outcome = self.script.popleft() if self.script else Sent({"ts": str(len(self.sent))})
            if isinstance(outcome, Exception):
                raise outcome
            self.sent.append(message)
            yield outcome

    def find(
        self, address: str, key: str, since: datetime, thread: str | None, team: str = ""
    ) -> Found | Absent | Unknown:
        self.asked.append((address, key, since))
        return self.found

    def revise(self, ref: Mapping[str, str], outgoing: Outgoing) -> Outcome:
        """Edit in place, with the outcomes of `edits`, then well."""
        self.before(outgoing)
        self.revised.append((dict(ref), outgoing))
        return self.edits.popleft() if self.edits else Sent(ref)

    def render(self, outgoing: Outgoing) -> Rendering:
        return Rendering(outgoing.messages[0].title, "", outgoing.messages[0].title)

    def check(self) -> Sequence[str]:
        return []

    def close(self) -> None:
        pass
