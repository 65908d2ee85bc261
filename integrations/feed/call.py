"""What only a call has in the `_silta` object: money, stages, councils, and where it can be read."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.clock import When
from bot.contracts import Figure, SourceLink
from integrations.moments import StatedMoment
from integrations.report_data import ByLanguage, Link, StatedFigure
from integrations.report_fields import Euros, Percent
from integrations.text import Text


def _stated(value: str, longest: int = 500) -> str:
    line = " ".join(value.split())
    if not 1 <= len(line) <= longest:
        raise ValueError(f"must have 1 to {longest} characters")
    return line


Line = Annotated[Text, AfterValidator(_stated)]
Number = Annotated[Text, AfterValidator(lambda value: _stated(value, 200))]


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
    identifier: Number | None = None
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
