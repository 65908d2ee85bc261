"""Pictures and files that go with an item."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Enclosure(BaseModel):
    """A picture or a file that goes with an item: where it is, what it is, and what a picture shows in words.

    `size` is in bytes; `key` is the house's own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    name: str
    media_type: str
    size: int
    url: str
    alt: str = ""

    @property
    def is_picture(self) -> bool:
        """Whether it is shown rather than linked to."""
        return self.media_type.startswith("image/")
