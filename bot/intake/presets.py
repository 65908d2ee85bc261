"""Presets: sources of this network, set up so far that only their name is missing.

They stand in `bot/data/presets.json`. Each has one or more *ways*: kinds with their options, the likeliest first.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.contracts import Kind, Language, Visibility

_FILE = Path(__file__).parents[1] / "data" / "presets.json"


class Way(BaseModel):
    """One way to read it, and what of that nobody could verify."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    options: dict[str, Any]
    guessed: str


class Preset(BaseModel):
    """One source, ready to be added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    ways: tuple[Way, ...] = Field(min_length=1)
    language: Language
    item_kind: Kind = "news"
    visibility: Visibility | None = None
    publish: Literal["at_once", "after_approval"] = "at_once"
    sifted: bool | None = None
    cities: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()

    def stated(self) -> dict[str, Any]:
        """What `sources add` takes as options, as far as the preset states it."""
        said = self.model_dump(exclude={"name", "title", "ways"}, exclude_defaults=True)
        return {"language": self.language, **said}


@cache
def presets() -> dict[str, Preset]:
    """All presets by name."""
    found = TypeAdapter(list[Preset]).validate_json(_FILE.read_bytes())
    return {each.name: each for each in found}
