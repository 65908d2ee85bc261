"""What a coordinator sets for a Howspace workspace."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from integrations.howspace.partner_options import PartnerOptions

_WHERE = r"(?P<workspace>[^,;:!?]{1,80}?)[.!]?"
UNREAD = (
    rf"(?:you have )?(?P<count>\d+) (?:new |unread )+notifications? in (?:the workspace )?{_WHERE}",
    rf"(?:sinulla on )?(?P<count>\d+) (?:uusi|uutta|lukematon|lukematonta) ilmoitus?(?:ta)? (?:työtilassa )?{_WHERE}",
    rf"(?:du har )?(?P<count>\d+) (?:nya?|olästa?) (?:avisering|aviseringar|notis|notiser) i (?:arbetsytan )?{_WHERE}",
)
"""Whole lines of a digest mail, guessed: Howspace documents what it says (workspace and count), not in which words."""

LOGIN_MAIL = (
    r"^(?:your |a |here is your )?(?:new |magic |one-time )*log-?in link\b|^log in to (?:the workspace\b|\S+( \S+)?$)"
    r"|^(?:uusi )?kirjautumislink|^kirjaudu (?:sisään )?(?:työtilaan\b|\S+$)"
    r"|^(?:din |ny )*inloggningslänk|^logga in (?:i|på|till) (?:arbetsytan\b|\S+$)"
)
"""Subjects of mails that only let somebody in, guessed."""

SHARED = ("*.howspace.com",)
"""Domains from which, and workspaces to which, all customers of Howspace write."""

VENDORS_OWN = frozenset({"howspace.com", "www.howspace.com", "help.howspace.com"})
"""Hosts there that are nobody's workspace, as letters have them in their last lines."""


def _listed(value: Any) -> Any:
    return (
        [part.strip() for part in re.split(r"[,\s]+", value) if part.strip()]
        if isinstance(value, str)
        else value
    )


def _lines(value: Any) -> Any:
    return [line.strip() for line in value.splitlines() if line.strip()] if isinstance(value, str) else value


Listed = Annotated[list[str], BeforeValidator(_listed)]


class MailOptions(BaseModel):
    """Whose mail is believed, and what it looks like. Without `senders` no mail is read.

    `authserv` is the id with which our own mail server signs its `Authentication-Results` (RFC 8601, 2.5). Without it
    nobody proves who wrote a letter, and what it brings waits for a coordinator's approval.
    """

    senders: Annotated[
        Listed, Field(title="Senders", description="addresses or domains whose mail is the workspace's")
    ] = []
    authserv: Annotated[
        str,
        Field(
            title="Mail server",
            description="its id in Authentication-Results; without it, what comes waits for approval",
            max_length=255,
        ),
    ] = ""
    hosts: Annotated[
        Listed, Field(title="Hosts", description="of the workspace: links there are cut", min_length=1)
    ] = ["*.howspace.com"]
    unread: Annotated[
        list[str],
        BeforeValidator(_lines),
        Field(
            title="Digest lines",
            description="expressions for whole lines, with the groups count and workspace, one a line",
        ),
    ] = list(UNREAD)
    automations: Annotated[
        bool, Field(title="Automations", description="its other mails are news: subject and text")
    ] = False
    ignore: Annotated[
        str, Field(title="Left out", description="an expression for subjects that are no news")
    ] = LOGIN_MAIL

    @field_validator("senders")
    @classmethod
    def _name_somebody(cls, value: Sequence[str]) -> list[str]:
        for sender in value:
            if not re.fullmatch(r"(?:[^@\s]+@)?(?:[\w-]+\.)+[\w-]{2,}", sender):
                raise ValueError("each must be an address or a domain, such as example.org")
        return [sender.lower() for sender in value]

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, value: Sequence[str]) -> list[str]:
        if not all(re.fullmatch(r"(?:\*\.)?(?:[\w-]+\.)+[\w-]{2,}", host) for host in value):
            raise ValueError("each must be a host, such as *.howspace.com")
        return list(value)

    @field_validator("unread")
    @classmethod
    def _have_both_groups(cls, value: Sequence[str]) -> list[str]:
        for pattern in value:
            if not {"count", "workspace"} <= _compiled(pattern).groupindex.keys():
                raise ValueError("each needs the groups (?P<count>…) and (?P<workspace>…)")
        return list(value)

    @field_validator("ignore")
    @classmethod
    def _is_an_expression(cls, value: str) -> str:
        _compiled(value)
        return value


class HowspaceOptions(PartnerOptions, MailOptions):
    """A workspace: its mail, and its Partner API where there is one."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern, re.IGNORECASE)
    except re.error as fault:
        raise ValueError(f"is no regular expression: {fault}") from None
