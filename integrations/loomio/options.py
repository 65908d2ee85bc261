"""What a coordinator sets for a Loomio group."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from bot.contracts import Kind
from integrations.signatures import Secrets


class LoomioOptions(BaseModel):
    """The webhook's secret path, and what is needed to write: address, API key and group."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    path_secret: Annotated[
        Secrets,
        Field(title="Secret path", description="the end of the address in Loomio; several split by spaces"),
    ]
    kind: Annotated[Kind, Field(title="Kind", description="of what it brings")] = "discussion"
    url: Annotated[
        HttpUrl | None, Field(title="Address", description="of the Loomio site, to write there")
    ] = None
    api_key: Annotated[
        SecretStr | None, Field(title="API key", description="of a bot account of its own, to write there")
    ] = None
    group_id: Annotated[int | None, Field(gt=0, title="Group", description="its number, to write there")] = (
        None
    )

    @property
    def writes(self) -> bool:
        """Whether all that is needed to write is set."""
        return bool(self.url and self.api_key and self.group_id)
