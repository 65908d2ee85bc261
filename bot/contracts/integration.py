"""An integration: one room of `integrations/`, as the house sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import BaseModel

from bot.contracts.incoming import Defaults, Fetched, Report, Source, Webhook
from bot.contracts.outgoing import Sender


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a source can do as it is set up now.

    `read`: be asked for news. `webhook`: send it by itself. `mail`: be recognised in our mailbox. `publish`: be
    written to. `people`: say who its people are.
    """

    read: bool = False
    webhook: bool = False
    mail: bool = False
    publish: bool = False
    people: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What a letter brings, perhaps nothing.

    `proven`: it is certainly from whom this source speaks for. What is not waits for a coordinator's approval.
    `passed_over`: it has no news as the options have it, which a person should see for themselves.
    Without `corrects` nobody hears that what they were told of before is different now.
    """

    reports: Sequence[Report]
    proven: bool
    passed_over: bool = False
    corrects: bool = True


class LetterReader(Protocol):
    """Recognises the letters that a source sends to our mailbox."""

    def read(self, raw: bytes) -> Heard | None:
        """What a letter (RFC 5322) brings; None when it is not this source's."""


@dataclass(frozen=True, slots=True)
class Integration:
    """One room of `integrations/`: what it is called, its options, and what it can do.

    `options` is the pydantic model of a *source's* options (the JSON column and the form).
    `source`, `webhook` and `letters` make their object from those options. Senders are made from settings, by
    `sender`, whose options model is `sender_options`.

    `capabilities` says what a source of these options can do; without it, what there is a maker for.
    `polled` says whether a source of these options is to be asked; without it, where there is a `source`.
    `sample` says what would be made of a body pasted by hand, as if it had been fetched or sent.
    `every` is how many seconds usually lie between two polls, `least_every` how many must. `sifted`: it tells of
    much that does not concern the network, so that the rules decide.
    """

    name: str
    title: str
    options: type[BaseModel]
    source: Callable[[Any, Surroundings], Source] | None = None
    webhook: Callable[[Any, Surroundings], Webhook] | None = None
    sender_options: type[BaseModel] | None = None
    sender: Callable[[Any], Sender] | None = None
    letters: Callable[[Any, Surroundings], LetterReader] | None = None
    capabilities: Callable[[Any], Capabilities] | None = None
    polled: Callable[[Any], bool] | None = None
    sample: Callable[[Any, Surroundings, bytes], Fetched] | None = None
    every: int = 900
    least_every: int = 60
    sifted: bool = False

    def can(self, options: Any) -> Capabilities:
        """What a source of these options can do."""
        if self.capabilities:
            return self.capabilities(options)
        return Capabilities(
            read=self.source is not None,
            webhook=self.webhook is not None,
            mail=self.letters is not None,
            publish=self.sender is not None,
        )

    def polls(self, options: Mapping[str, Any]) -> bool:
        """Whether a source of these options is to be asked. Raises ValidationError where they are wrong."""
        if self.source is None or self.polled is None:
            return self.source is not None
        return self.polled(self.options.model_validate(options))


def _at_once(_host: str) -> None:
    """Waits for nobody."""


def _unheard(_host: str, _seconds: float) -> None:
    """Lets nobody rest."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an integration may know of the installation it works in.

    `wait_for_turn` returns when a host may be asked, once a second whoever asks it, or raises HostRests; by `let_rest`
    a host is asked nothing for so many seconds. The house sees to that.
    After `patience` seconds a poll asks no further page, for others wait meanwhile: what is left comes at the next one.
    """

    name: str
    defaults: Defaults
    contact_url: str = ""
    allow_private: frozenset[str] = frozenset()
    cities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    councils: Mapping[str, Sequence[str]] = field(default_factory=dict)
    wait_for_turn: Callable[[str], None] = _at_once
    let_rest: Callable[[str, float], None] = _unheard
    patience: float = 75.0
