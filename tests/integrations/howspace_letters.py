"""Letters as a workspace may send them. The forms are ours: Howspace documents what its mails say, not their words."""

from __future__ import annotations

from email.message import EmailMessage

SECRET = "eyJhbGciOiJIUzI1NiJ9x7Kq"
"""What opens the workspace; it must be found nowhere afterwards."""

LOGIN = f"https://acme.howspace.com/login?token={SECRET}"
VOUCHED = "mx.example.org; dkim=pass header.d=howspace.com; dmarc=pass header.from=howspace.com"


def letter(
    plain: str = "",
    html: str = "",
    *,
    subject: str = "Kokous perjantaina",
    sender: str = "Acme <no-reply@howspace.com>",
    vouched: str | None = VOUCHED,
    number: int = 1,
) -> bytes:
    """A letter from the workspace, to our mailbox."""
    mail = EmailMessage()
    if vouched:
        mail["Authentication-Results"] = vouched
    mail["From"], mail["To"], mail["Subject"] = sender, "silta@example.org", subject
    mail["Message-ID"] = f"<{number}@howspace.com>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(plain or "-", cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="base64")
    return mail.as_bytes()
