"""What a coordinator sets for a workspace's Partner API. Nothing of it is documented in public: all is an option.

Its key is made by a main user (Account Manager → Partner API), with a checkbox for each thing that it permits
(https://help.howspace.com/en/articles/10010713-setting-up-howspace-partner-api-for-hub).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr

from integrations.expressions import Expression
from integrations.field_maps import ReportFields, Written, stated_map
from integrations.listing import Site

Operation = Literal["news", "people"]
OPERATIONS: tuple[Operation, ...] = ("news", "people")
PERSON = ("email", "name", "first", "last", "city", "language")
_HOLES = {"page", "next"}


def _guarded(value: Any) -> Any:
    """https, but for a server on this machine, which only `FETCH_ALLOW_PRIVATE` lets be asked."""
    parts = urlsplit(str(value))
    try:
        here = ip_address((parts.hostname or "").strip("[]")).is_loopback
    except ValueError:
        here = parts.hostname == "localhost"
    if parts.scheme != "https" and not here:
        raise ValueError("must be https: a key goes with every call")
    if parts.query or parts.fragment:
        raise ValueError("must have no ? and no #: those belong to the operations")
    return value


def _printable(value: SecretStr) -> SecretStr:
    said = value.get_secret_value()
    if not 8 <= len(said) <= 4_000 or not re.fullmatch(r"[\x21-\x7e]+", said):
        raise ValueError("must be 8 to 4,000 letters, digits and signs, without blanks")
    return value


def _request(value: str) -> str:
    if not value:
        return value
    found = re.fullmatch(r"(GET|POST) (/[^\s#\\]*)", value)
    if not found or found[2].startswith("//"):
        raise ValueError("must be GET or POST, a blank and a path, such as GET /v1/news?page={page}")
    _known_holes(value)
    return value


def _body(value: str) -> str:
    if value:
        try:
            json.loads(value)
        except (ValueError, RecursionError):
            raise ValueError("must be JSON, with {page} or {next} inside its texts") from None
        for hole in re.findall(r'"\{(\w+)\}"', value):
            _known_holes(f"{{{hole}}}")
    return value


def _known_holes(value: str) -> None:
    if strange := set(re.findall(r"\{([^{}]*)\}", value)) - _HOLES:
        raise ValueError(f"knows no {{{min(strange)[:40]}}}: only {{page}} and {{next}}")


def _of_a_person(value: dict[str, str]) -> dict[str, str]:
    if strange := sorted(set(value) - set(PERSON)):
        raise ValueError(f"{strange[0][:60]}: a person has no such field, only {', '.join(PERSON)}")
    if "email" not in value or not {"name", "first", "last"} & value.keys():
        raise ValueError("email is needed, and name, or first and last")
    return value


Request = Annotated[str, Field(max_length=500), AfterValidator(_request)]
Body = Annotated[str, Field(max_length=2_000), AfterValidator(_body)]
PersonFields = Annotated[
    dict[str, Expression], BeforeValidator(stated_map), Field(min_length=1), AfterValidator(_of_a_person)
]


@dataclass(frozen=True, slots=True)
class Step:
    """One operation as it is set up: where its list is, and where it says what comes next."""

    request: str
    body: str
    items: str | None
    following: str | None

    @property
    def method(self) -> str:
        """GET or POST."""
        return self.request.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path and query, with {page} and {next}."""
        return self.request.partition(" ")[2]


class PartnerOptions(BaseModel):
    """The Partner API: off until the address, the key and an operation with its fields are set."""

    partner_url: Annotated[
        Annotated[Site, AfterValidator(_guarded)] | None,
        Field(title="Partner API: address", description="https; from whoever gave you the key"),
    ] = None
    partner_key: Annotated[
        Annotated[SecretStr, AfterValidator(_printable)] | None,
        Field(title="Partner API: key", description="of a main user: Account Manager → Partner API"),
    ] = None
    partner_header: Annotated[
        str,
        Field(title="Partner API: header of the key", pattern=r"^[A-Za-z0-9-]{1,64}$"),
    ] = "Authorization"
    partner_prefix: Annotated[
        str,
        Field(
            title="Partner API: word before the key",
            description="none: write -",
            pattern=r"^[\x21-\x7e]{1,40}$",
        ),
    ] = "Bearer"
    news: Annotated[Request, Field(title="News: request", description="such as GET /v1/news?page={page}")] = (
        ""
    )
    news_body: Annotated[Body, Field(title="News: body", description="JSON, for a POST")] = ""
    news_items: Annotated[
        Expression | None, Field(title="News: list", description="a JMESPath; none: the answer is the list")
    ] = None
    news_next: Annotated[
        Expression | None,
        Field(title="News: what is next", description="a JMESPath to the word for {next}, or to a link"),
    ] = None
    news_fields: Annotated[
        ReportFields | None, Field(title="News: fields", description="field = JMESPath, one a line")
    ] = None
    news_text: Annotated[Written, Field(title="News: what texts are written in")] = "html"
    people: Annotated[
        Request, Field(title="People: request", description="such as GET /v1/people?page={page}")
    ] = ""
    people_body: Annotated[Body, Field(title="People: body", description="JSON, for a POST")] = ""
    people_items: Annotated[
        Expression | None,
        Field(title="People: list", description="a JMESPath; none: the answer is the list"),
    ] = None
    people_next: Annotated[
        Expression | None,
        Field(title="People: what is next", description="a JMESPath to the word for {next}, or to a link"),
    ] = None
    people_fields: Annotated[
        PersonFields | None,
        Field(
            title="People: fields",
            description="field = JMESPath: email, name (or first, last), city, language",
        ),
    ] = None

    @property
    def begun(self) -> bool:
        """Whether anything of it is set."""
        return bool(self.partner_url or self.partner_key or any(map(self._begun, OPERATIONS)))

    def missing(self) -> Sequence[str]:
        """The options without which nothing is asked, each named; none where it is off, or whole."""
        if not self.begun:
            return []
        names = [name for name in ("partner_url", "partner_key") if getattr(self, name) is None]
        begun = [each for each in OPERATIONS if self._begun(each)]
        for each in begun:
            names += [name for name in (each, f"{each}_fields") if not getattr(self, name)]
        return names + (
            [] if begun else ["an operation (news with news_fields, or people with people_fields)"]
        )

    def does(self, operation: Operation) -> bool:
        """Whether all is set that this operation needs."""
        stated = getattr(self, operation) and getattr(self, f"{operation}_fields")
        return bool(self.partner_url and self.partner_key and stated)

    def step(self, operation: Operation) -> Step:
        """One operation as it is set up."""
        return Step(*(getattr(self, operation + part) for part in ("", "_body", "_items", "_next")))

    @property
    def headers(self) -> dict[str, str]:
        """Who is asking."""
        key = self.partner_key.get_secret_value() if self.partner_key else ""
        before = "" if self.partner_prefix == "-" else self.partner_prefix
        return {self.partner_header: before + (" " if before[-1:].isalnum() else "") + key}

    def _begun(self, operation: Operation) -> bool:
        return any(getattr(self, operation + part) for part in ("", "_body", "_items", "_next", "_fields"))
