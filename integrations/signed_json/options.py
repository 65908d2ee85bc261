"""What a coordinator sets for a program that signs its JSON in its own way."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from integrations.expressions import Expression
from integrations.field_maps import ReportFields, Shape, Written
from integrations.signatures import Algorithm, Encoding, Secrets

Header = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]


def _words(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class SignedJsonOptions(BaseModel):
    """Where the signature stands and over what it is made, and how a report's fields are found.

    `signed` is the text that is signed, with {body}, {timestamp} and {id} in their places: Slack's is
    `v0:{timestamp}:{body}`. Without `items` the whole document is one report. `fields` map a report's fields (those of
    the signed webhook; `title.fi`, `body.sv` for one language) to JMESPath expressions.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    secrets: Annotated[
        Secrets, Field(title="Secrets", description="several split by spaces while one is changed")
    ]
    header: Annotated[Header, Field(title="Signature header")] = "X-Signature"
    prefix: Annotated[str, Field(title="Before the signature", max_length=40)] = "sha256="
    encoding: Annotated[Encoding, Field(title="Encoding")] = "hex"
    algorithm: Annotated[Algorithm, Field(title="Algorithm")] = "sha256"
    signed: Annotated[str, Field(title="What is signed", max_length=200)] = "{body}"
    timestamp_header: Annotated[
        Header | None, Field(title="Time header", description="seconds since 1970, or ISO 8601")
    ] = None
    tolerance: Annotated[int, Field(ge=10, le=86_400, title="Seconds it may be off")] = 300
    id_header: Annotated[Header | None, Field(title="Header of the request's own id")] = None
    items: Annotated[Expression | None, Field(title="Items", description="where the list of things is")] = (
        None
    )
    fields: Annotated[ReportFields, Field(title="Fields")]
    action: Annotated[
        Expression | None, Field(title="Action", description="what was done with the thing")
    ] = None
    withdrawn: Annotated[
        list[str], BeforeValidator(_words), Field(title="Words for withdrawn", description="split by spaces")
    ] = ["withdrawn", "deleted", "removed", "destroyed", "unpublished"]
    text: Annotated[Written, Field(title="What texts are written in")] = "markdown"

    @model_validator(mode="after")
    def _signs_what_it_has(self) -> Self:
        places = set(re.findall(r"\{([^{}]*)\}", self.signed))
        if "body" not in places or places - {"body", "timestamp", "id"}:
            raise ValueError("signed must have {body}, and may have {timestamp} and {id}")
        if "timestamp" in places and not self.timestamp_header:
            raise ValueError("signed has {timestamp}: set timestamp_header")
        if "id" in places and not self.id_header:
            raise ValueError("signed has {id}: set id_header")
        if self.timestamp_header and "timestamp" not in places:
            raise ValueError("a time that is not signed proves nothing: put {timestamp} into signed")
        return self

    @property
    def shape(self) -> Shape:
        """How the body is read."""
        return Shape(self.fields, self.items, self.action, self.withdrawn, self.text)
