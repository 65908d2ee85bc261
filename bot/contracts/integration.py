"""An integration: one room of `integrations/`, as the house sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from bot.contracts.incoming import Defaults, Source, Webhook
from bot.contracts.outgoing import Sender


@dataclass(frozen=True, slots=True)
class Integration:
    """One room of `integrations/`: what it is called, its options, and what it can do.

    `options` is the pydantic model of a *source's* options (the JSON column and the form).
    `source` and `webhook` make their object from those options. Senders are made from settings, by
    `sender`, whose options model is `sender_options`.
    """

    name: str
    title: str
    options: type[BaseModel]
    source: Callable[[Any, Surroundings], Source] | None = None
    webhook: Callable[[Any, Surroundings], Webhook] | None = None
    sender_options: type[BaseModel] | None = None
    sender: Callable[[Any], Sender] | None = None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an integration may know of the installation it works in."""

    name: str
    defaults: Defaults
    contact_url: str = ""
    allow_private: frozenset[str] = frozenset()
    cities: Mapping[str, Sequence[str]] = field(default_factory=dict)
    topics: Mapping[str, Sequence[str]] = field(default_factory=dict)
    councils: Mapping[str, Sequence[str]] = field(default_factory=dict)
