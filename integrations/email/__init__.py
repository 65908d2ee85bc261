"""Email: carries messages as multipart mail over SMTP."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from bot.contracts import Integration
from integrations.email.options import EmailOptions
from integrations.email.sender import EmailSender

__all__ = ["INTEGRATION", "EmailOptions", "EmailSender"]


class SourceOptions(BaseModel):
    """Mail is no source yet: it takes no options."""

    model_config = ConfigDict(frozen=True, extra="forbid")


INTEGRATION = Integration(
    name="email",
    title="Email",
    options=SourceOptions,
    sender_options=EmailOptions,
    sender=EmailSender,
)
