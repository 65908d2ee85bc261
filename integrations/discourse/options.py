"""What a coordinator sets for a Discourse instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from bot.contracts import Kind, SourceFault, Surroundings
from integrations.listing import Site
from integrations.signatures import Secrets


def _pairs(value: Any) -> Any:
    """`tampere=tampere, ilmasto=vahahiilisyys` as a mapping."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if any("=" not in part for part in parts):
        raise ValueError("must be like category=slug, split by commas")
    return {
        name.strip().casefold(): slug.strip() for name, _, slug in (part.partition("=") for part in parts)
    }


def _words(value: Any) -> Any:
    return (
        [part.strip().casefold() for part in value.split(",") if part.strip()]
        if isinstance(value, str)
        else value
    )


Pairs = Annotated[dict[str, str], BeforeValidator(_pairs)]


class DiscourseOptions(BaseModel):
    """An instance, what is taken of it, and what is needed to write there.

    A category is named by its slug or its number. Silta needs an account of its own: what `api_username` writes
    is ours, and never comes back as news.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: Annotated[Site, Field(title="Address", description="of the instance")]
    secret: Annotated[
        Secrets | None,
        Field(title="Webhook secret", description="several split by spaces while it is changed"),
    ] = None
    categories: Annotated[
        list[str],
        BeforeValidator(_words),
        Field(title="Categories", description="only these; all when empty"),
    ] = []
    cities: Annotated[Pairs, Field(title="Cities", description="category or tag=city, split by commas")] = {}
    topics: Annotated[Pairs, Field(title="Topics", description="category or tag=topic, split by commas")] = {}
    replies: Annotated[bool, Field(title="Replies", description="each reply is a discussion of its own")] = (
        False
    )
    kind: Annotated[Kind, Field(title="Kind", description="of what it brings")] = "discussion"
    api_key: Annotated[
        SecretStr | None, Field(title="API key", description="to write, or to read what is closed")
    ] = None
    api_username: Annotated[str, Field(title="API user", max_length=60, pattern=r"^[\w.-]+$")] = "silta"
    category: Annotated[int | None, Field(gt=0, title="Category to write to", description="its number")] = (
        None
    )

    @property
    def base(self) -> str:
        """The instance's address without a slash at its end."""
        return str(self.url).rstrip("/")

    @property
    def writes(self) -> bool:
        """Whether all that is needed to write is set."""
        return bool(self.api_key and self.category)

    @property
    def headers(self) -> dict[str, str]:
        """Who is asking; nobody without a key."""
        if self.api_key is None:
            return {}
        return {"Api-Key": self.api_key.get_secret_value(), "Api-Username": self.api_username}


def check_slugs(options: DiscourseOptions, surroundings: Surroundings) -> None:
    """Refuse a city or topic that the network does not have. Raises SourceFault."""
    known: Mapping[str, Any] = {"cities": surroundings.cities, "topics": surroundings.topics}
    for field, slugs in (("cities", options.cities), ("topics", options.topics)):
        strange = sorted(set(slugs.values()) - set(known[field]))
        if strange:
            raise SourceFault(
                f"{field}: {', '.join(strange)[:200]} is not known in this network", kind="options"
            )
