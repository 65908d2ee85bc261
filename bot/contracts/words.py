"""The closed lists that everything else is made of, and the types that check them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, get_args

from pydantic import PlainSerializer, PlainValidator, StringConstraints

from bot.clock import When

Kind = Literal["announcement", "call", "event", "news", "discussion"]
Language = Literal["fi", "sv", "en"]
Visibility = Literal["public", "network"]
Rhythm = Literal["now", "daily", "weekly", "off"]
Role = Literal["contact", "city_lead", "coordinator", "admin", "observer"]
Channel = Literal["slack", "email", "conversation-only"]
Purpose = Literal[
    "notice", "reminder", "correction", "withdrawal", "digest", "letter", "confirmation", "sign-in", "alert"
]
AnswerKind = Literal["seen", "interested", "not_for_us", "need_partner"]

KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)
LANGUAGE_NAMES: Mapping[Language, str] = {"fi": "Finnish", "sv": "Swedish", "en": "English"}
OWN_NAMES: Mapping[Language, str] = {"fi": "Suomi", "sv": "Svenska", "en": "English"}
"""What each language calls itself: so whoever does not read ours finds theirs."""
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
ROLES: tuple[Role, ...] = get_args(Role)
CHANNELS: tuple[Channel, ...] = get_args(Channel)
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
ANSWERS: tuple[AnswerKind, ...] = get_args(AnswerKind)

TITLE_LIMIT = 500
BODY_LIMIT = 50_000

Moment = Annotated[
    When, PlainValidator(When.parse), PlainSerializer(lambda when: when.isoformat(), return_type=str)
]
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=TITLE_LIMIT)]
Body = Annotated[str, StringConstraints(max_length=BODY_LIMIT)]

Problems = Iterable[tuple[str, str]]
"""Faults by field: (path of the field, what is wrong with it)."""
