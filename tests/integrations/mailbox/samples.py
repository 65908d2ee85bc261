"""Letters as servers and readers write them; `KEY` stands in the Message-ID of the mail they speak of."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage

KEY = "silta-7-abcdef0123456789"
MESSAGE_ID = f"<{KEY}@example.org>"


def dsn(
    *,
    recipient: str = "alice@example.org",
    key: str = KEY,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <alice@example.org>: Recipient address rejected: User unknown",
    given_back: str = "text/rfc822-headers",
    to: str = "silta@example.org",
) -> bytes:
    """A delivery status notification as Postfix writes it (RFC 3464)."""
    head = f"From: Silta <silta@example.org>\nTo: {recipient}\nSubject: =?utf-8?q?Haku?="
    back = f"{head}\nMessage-ID: <{key}@example.org>\n"
    body = "" if given_back == "text/rfc822-headers" else "\nHello\n"
    return f"""Return-Path: <>
Received: from mx.example.net by mail.example.org; Tue, 24 Nov 2026 10:00:05 +0000
Date: Tue, 24 Nov 2026 10:00:00 +0000 (UTC)
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: {to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="9B095B5ADSN.1/mx.example.net"
Message-ID: <20261124100000.{status}.{action}@mx.example.net>

This is a MIME-encapsulated message.

--9B095B5ADSN.1/mx.example.net
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.
<{recipient}>: host said: {diagnostic}

--9B095B5ADSN.1/mx.example.net
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Tue, 24 Nov 2026 09:59:58 +0000 (UTC)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Diagnostic-Code: {diagnostic}

--9B095B5ADSN.1/mx.example.net
Content-Description: Undelivered Message
Content-Type: {given_back}

{back}{body}
--9B095B5ADSN.1/mx.example.net--
""".encode()


def qmail(*, recipient: str = "alice@example.org", key: str = KEY) -> bytes:
    """A bounce of qmail: plain text, with the mail below a line."""
    return f"""Return-Path: <>
Date: 24 Nov 2026 10:00:00 -0000
From: MAILER-DAEMON@mx.example.net
To: silta@example.org
Subject: failure notice

Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <silta@example.org>
From: Silta <silta@example.org>
To: {recipient}
Message-ID: <{key}@example.org>

Hello
""".encode()


def arf(*, recipient: str | None = "alice@example.org", key: str = KEY, kind: str = "abuse") -> bytes:
    """A feedback report (RFC 5965); without `recipient` it is hidden, as some providers do."""
    told = f"Original-Rcpt-To: {recipient}\n" if recipient else ""
    to = recipient or "redacted@redacted.invalid"
    return f"""From: <feedback@provider.example>
Date: Tue, 24 Nov 2026 10:00:00 +0000
Subject: FW: Haku
To: <abuse@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part"
Message-ID: <arf.{kind}@provider.example>

--part
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message.

--part
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{told}Reported-Domain: example.org

--part
Content-Type: message/rfc822
Content-Disposition: inline

From: Silta <silta@example.org>
{"To: " + to if recipient else "To: <redacted>"}
Message-ID: <{key}@example.org>
Subject: Haku

Hello

--part--
""".encode()


def reply(
    text: str = "Kiinnostaa!",
    *,
    sender: str = "Alice <alice@example.org>",
    key: str = KEY,
    html: str | None = None,
    **fields: str,
) -> bytes:
    """A reader's reply, in plain text, in HTML, or in both."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["To"] = "Silta <silta@example.org>"
    mail["Subject"] = "Re: Haku"
    said = hashlib.sha256(repr((text, html, sender, key, fields)).encode()).hexdigest()[:16]
    mail["Message-ID"] = f"<{said}@mail.example.org>"
    mail["In-Reply-To"] = f"<{key}@example.org>"
    mail["References"] = f"<older@example.org> <{key}@example.org>"
    for name, value in fields.items():
        header = name.replace("_", "-")
        del mail[header]
        if value:
            mail[header] = value
    if text:
        mail.set_content(text)
        if html:
            mail.add_alternative(html, subtype="html")
    else:
        mail.set_content(html or "", subtype="html")
    return mail.as_bytes()
