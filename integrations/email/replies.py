"""What a mail server's replies mean for a delivery.

Codes: RFC 5321 (4.2), enhanced status codes: RFC 3463, 4954, 6531 and the IANA registry; where a vendor
differs, its name stands beside the rule. The first rule that fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from bot.contracts import Misconfigured, Outcome, Rejected, TryLater, Undeliverable
from integrations.email.neutral import one_line, shortened

Stage = Literal["connect", "login", "mail", "rcpt", "data", "content"]
"""What was being done: greeting and TLS, AUTH, MAIL FROM, RCPT TO, DATA, or the reply to the mail itself."""

Verdict = Literal["wait", "wait all", "gone", "refused", "broken"]


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: the code, and the text of all its lines."""

    code: int
    text: str

    @property
    def status(self) -> str:
        """The enhanced status code, such as `5.1.1`, or nothing."""
        found = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", self.text)
        return found.group() if found else ""

    def __str__(self) -> str:
        return shortened(one_line(f"{self.code} {self.text}"), 200)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the table. Patterns are regular expressions; an empty one fits everything."""

    verdict: Verdict
    stage: str = ""
    code: str = ""
    status: str = ""
    text: str = ""
    meaning: str = ""
    after: float | None = None

    def fits(self, stage: Stage, reply: Reply) -> bool:
        """Whether this row is about that reply."""
        return (
            (not self.stage or stage in self.stage.split("|"))
            and (not self.code or re.fullmatch(self.code, str(reply.code)) is not None)
            and (not self.status or re.fullmatch(self.status, reply.status) is not None)
            and (not self.text or re.search(self.text, reply.text, re.IGNORECASE) is not None)
        )


HOUR = 3600.0
_LOGIN = "check SMTP_USERNAME and SMTP_PASSWORD"
_SENDER = "check that MAIL_FROM may be used with this user name, and is not blocked"

RULES = (
    # -- passing: 4yz, and the permanent codes that are not ----------------------------------------
    Rule("wait", code="4..", text=r"gr[ae]y-?\s?list", meaning="greylisted: it wants to be asked again"),
    Rule("wait all", code="421|432|454"),  # closing; Exchange: too many connections; Amazon SES: throttled
    Rule("wait all", code="4..", status=r"4\.[37]\..*"),  # the whole system, or policy: throttling
    Rule("wait all", stage="connect|login|mail", code="4.."),  # nothing of the recipient is known yet
    Rule("wait", code="4.."),
    Rule("wait all", status=r"5\.4\.5", after=HOUR, meaning="the account's quota is used up"),  # Gmail
    Rule("wait", status=r"5\.2\.2", after=6 * HOUR, meaning="the mailbox is full"),
    # -- the message is too big ----------------------------------------------------------------------
    Rule("refused", status=r"5\.3\.4|5\.2\.3", meaning="the mail is too big"),
    Rule("wait", stage="rcpt", code="552", after=6 * HOUR, meaning="the mailbox is full"),
    Rule("refused", code="552", meaning="the mail is too big"),
    # -- our own set-up ------------------------------------------------------------------------------
    Rule("broken", code="530|534|535|538", meaning=_LOGIN),  # RFC 4954, 3207
    Rule("broken", status=r"5\.7\.(8|9|13|14|139)", meaning=_LOGIN),  # Exchange Online: SMTP AUTH is off
    Rule("broken", status=r"5\.1\.[78]|5\.2\.252|5\.7\.(60|50\d)", meaning=_SENDER),  # Exchange
    Rule("gone", stage="rcpt|data|content", status=r"5\.1\.([1-6]|10)", meaning="there is no such address"),
    Rule("gone", status=r"5\.6\.7", meaning="no server takes letters such as ä before the @"),
    Rule("broken", text=r"\brelay", meaning=f"the server does not carry mail elsewhere for us: {_LOGIN}"),
    Rule("broken", code="5..", text=r"sender (address|not)|not owned by", meaning=_SENDER),  # Postfix, Exim
    Rule("broken", stage="connect", code="5..", meaning="the server wants no mail from this machine"),
    Rule("broken", stage="login", code="5..", meaning=_LOGIN),
    Rule("wait all", code="50[0234]", meaning="the conversation went wrong"),
    Rule("broken", stage="mail", code="5..", meaning=_SENDER),
    # -- this message, or this address ---------------------------------------------------------------
    Rule("refused", status=r"5\.7\..*", meaning="the mail is refused by policy"),
    Rule("gone", stage="rcpt", code="5..", meaning="the address takes no mail"),
    Rule("gone", stage="data|content", status=r"5\.2\..*", meaning="the address takes no mail"),
    Rule("refused", code="5..", meaning="the mail is refused"),
    Rule("wait all", meaning="the server answered something else than was asked"),
)


def judge(stage: Stage, reply: Reply) -> Outcome:
    """The outcome that a refusing reply at a stage stands for."""
    rule = next(rule for rule in RULES if rule.fits(stage, reply))
    reason = f"{rule.meaning or 'not now'} (mail server: {reply})"
    match rule.verdict:
        case "gone":
            return Undeliverable(reason)
        case "refused":
            return Rejected(reason)
        case "broken":
            return Misconfigured(reason)
        case _:
            return TryLater(reason, rule.after, account=rule.verdict == "wait all")
