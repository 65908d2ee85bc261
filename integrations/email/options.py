"""What the email sender must know of the mail server and of who is writing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from bot.contracts import Pace
from integrations.email.addresses import BadAddress, Mailbox, mailbox
from integrations.email.signing import Seal

Security = Literal["starttls", "tls", "none"]

_NAMED = re.compile(r"([^<>]*)<([^<>]+)>|([^<>]+)")

QUOTA_HOUR = 3600
"""Seconds over which `hourly_quota` counts."""


def named_mailbox(text: str) -> tuple[str, Mailbox]:
    """Split `Silta <silta@example.org>` into the display name and the mailbox. Raises BadAddress."""
    found = _NAMED.fullmatch(text)
    if found is None or not text.isprintable():
        raise BadAddress("must be an address such as silta@example.org or Silta <silta@example.org>")
    name, inside, bare = found.groups("")
    sender = mailbox(inside or bare)
    if sender.international:
        raise BadAddress("a sender's address may have letters such as ä only after the @")
    return name.strip('" '), sender


def _checked(text: str) -> str:
    named_mailbox(text)
    return text


def _returnable(text: str) -> str:
    if mailbox(text).international:
        raise BadAddress("an address for bounces may have letters such as ä only after the @")
    return text


Author = Annotated[str, AfterValidator(_checked)]
Bounces = Annotated[str, AfterValidator(_returnable)]


class EmailOptions(BaseModel):
    """The mail server and the sender's address.

    `timeout` and `verdict_timeout` are seconds: for one reply, and for the reply to a mail handed over
    (RFC 5321, 4.5.3.2.6 asks for patience there: giving up early makes doubles). After `idle_limit`
    seconds a connection is opened anew: servers close idle ones without a word. `ca_file` names the
    certificates to trust instead of the system's. `list_domain` stands in Message-ID and List-Id.
    With `bounce_to` what cannot be delivered comes back to that address, with the delivery's key behind a
    plus (VERP). `dkim_key` is an RSA key in PEM that signs for the sender's domain under `dkim_selector`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(587, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    security: Security = "starttls"
    mail_from: Author
    reply_to: Author | None = None
    list_domain: str | None = None
    bounce_to: Bounces | None = None
    dkim_key: SecretStr | None = None
    dkim_selector: str | None = Field(None, pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$")
    hourly_quota: int | None = Field(None, ge=1)
    ca_file: Path | None = None
    timeout: float = Field(60.0, gt=0)
    verdict_timeout: float = Field(300.0, gt=0)
    idle_limit: float = Field(20.0, gt=0)

    @model_validator(mode="after")
    def _login_is_whole(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("a user name and a password belong together: set both or neither")
        if (self.dkim_key is None) != (self.dkim_selector is None):
            raise ValueError("a DKIM key and its selector belong together: set both or neither")
        return self

    @property
    def seal(self) -> Seal | None:
        """What signs the mails, if they are to be signed. Raises BadKey for a key that is none."""
        if self.dkim_key is None or self.dkim_selector is None:
            return None
        domain = named_mailbox(self.mail_from)[1].domain
        return Seal(domain, self.dkim_selector, self.dkim_key.get_secret_value())

    @property
    def domain(self) -> str:
        """The domain of Message-ID and List-Id."""
        return self.list_domain or named_mailbox(self.mail_from)[1].domain

    @property
    def pace(self) -> Pace:
        """Two connections; with a quota, a tenth of it may go at once, and in no hour more than all of it."""
        if self.hourly_quota is None:
            return Pace(connections=2, batch=100)
        burst = max(1, self.hourly_quota // 10)
        rate = max(1, self.hourly_quota - burst) / QUOTA_HOUR
        return Pace(account_rate=rate, account_burst=burst, connections=2, batch=100)
