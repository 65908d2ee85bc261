"""What only a call has in the `_silta` object: money, stages, councils, and where it can be read."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from bot.clock import When
from bot.contracts import Figure, Language, SourceLink
from integrations.moments import StatedMoment
from integrations.text import Text, web_link

Line = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


Euros = Annotated[float, Field(ge=0, le=1e12, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
ByLanguage = Literal["fi", "sv", "en", ""]
SUMS = ("amount_eur", "support_percent")


def _web_address(value: str) -> str:
    link = web_link(value, "")
    if link is None:
        raise ValueError("must be an http or https address")
    return link


WebAddress = Annotated[Text, AfterValidator(_web_address)]


class Link(BaseModel):
    """Where the item, or a language version of it, can be read."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: WebAddress
    language: Language | None = None
    label: Line | None = None


class StatedFigure(BaseModel):
    """A figure as one source or language version states it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Literal["amount_eur", "support_percent"]
    value: Euros
    language: Language | None = None
    source: Line | None = None
    url: WebAddress | None = None

    @model_validator(mode="after")
    def _a_share_ends_at_100(self) -> Self:
        if self.name == "support_percent" and self.value > 100:
            raise ValueError("a support_percent ends at 100")
        return self


class CallFields(BaseModel):
    """The fields of a call; all are optional."""

    model_config = ConfigDict(extra="forbid", strict=True)

    fund: Line | None = None
    authority: Line | None = None
    amount_eur: dict[ByLanguage, Euros] | None = None
    support_percent: dict[ByLanguage, Percent] | None = None
    councils: list[Text] | None = None
    objectives: Annotated[list[Line], Field(max_length=50)] | None = None
    cutoffs: Annotated[list[StatedMoment], Field(max_length=50)] | None = None
    second_stage_at: StatedMoment | None = None
    continuous: bool | None = None
    may_close_early: bool | None = None
    briefing_at: StatedMoment | None = None
    contact_role: Line | None = None
    identifier: Annotated[Line, StringConstraints(max_length=200)] | None = None
    links: Annotated[list[Link], Field(max_length=20)] | None = None
    figures: Annotated[list[StatedFigure], Field(max_length=20)] | None = None
    stated_state: Literal["upcoming", "open", "closed"] | None = None

    def of_a_call(self) -> dict[str, Any]:
        """What only a call has, by the names of `Details`."""
        links = tuple(
            SourceLink(url=each.url, language=each.language, label=each.label or "")
            for each in self.links or ()
        )
        amount, amounts = Figure.side_by_side("amount_eur", self.amount_eur or {}, links)
        share, shares = Figure.side_by_side("support_percent", self.support_percent or {}, links)
        figures = (Figure.model_validate(each.model_dump(exclude_none=True)) for each in self.figures or ())
        return {
            "fund": self.fund,
            "authority": self.authority,
            "amount_eur": amount,
            "support_percent": share,
            "councils": tuple(dict.fromkeys(self.councils or ())),
            "objectives": tuple(dict.fromkeys(self.objectives or ())),
            "cutoffs": tuple(sorted(set(self.cutoffs or ()), key=When.begins)),
            "second_stage_at": self.second_stage_at,
            "continuous": bool(self.continuous),
            "may_close_early": bool(self.may_close_early),
            "briefing_at": self.briefing_at,
            "contact_role": self.contact_role,
            "identifier": self.identifier,
            "links": tuple(dict.fromkeys(links)),
            "figures": tuple(dict.fromkeys((*figures, *amounts, *shares))),
            "stated_state": self.stated_state,
        }
