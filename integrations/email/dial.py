"""Opening an SMTP connection, and what it means when that fails."""

from __future__ import annotations

import smtplib
import socket
import ssl
from dataclasses import replace

from bot.contracts import Misconfigured, TryLater
from integrations.email.neutral import one_line
from integrations.email.options import EmailOptions
from integrations.email.replies import Reply, Stage, judge


class Unreachable(Exception):
    """No connection could be opened; `outcome` says whether to wait or what to mend."""

    def __init__(self, outcome: TryLater | Misconfigured) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


def dial(options: EmailOptions) -> smtplib.SMTP:
    """A connection that has said EHLO, is encrypted as configured, and logged in. Raises Unreachable."""
    context = _trust(options)
    stage: Stage = "connect"
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connected(options, context)
        if options.security == "starttls":
            smtp.starttls(context=context)
        smtp.ehlo_or_helo_if_needed()
        stage = "login"
        if options.username is not None and options.password is not None:
            smtp.login(options.username, options.password.get_secret_value())
        if smtp.sock is not None:
            # Without it the end of a mail waits for the server to acknowledge its beginning.
            smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, UnicodeError) as fault:  # smtplib's and ssl's errors are OSErrors
        if smtp is not None:
            smtp.close()
        raise Unreachable(_meaning(fault, stage, options)) from fault
    return smtp


def _trust(options: EmailOptions) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=options.ca_file)
    except OSError as fault:
        raise Unreachable(
            Misconfigured(f"the certificates to trust cannot be read from {options.ca_file}: {fault}")
        ) from fault


def _connected(options: EmailOptions, context: ssl.SSLContext) -> smtplib.SMTP:
    # A name of ours for EHLO: looking up this machine's own can take seconds where DNS is poor.
    if options.security == "tls":
        return smtplib.SMTP_SSL(
            options.host, options.port, options.domain, timeout=options.timeout, context=context
        )
    return smtplib.SMTP(options.host, options.port, options.domain, timeout=options.timeout)


def _meaning(fault: Exception, stage: Stage, options: EmailOptions) -> TryLater | Misconfigured:
    if isinstance(fault, smtplib.SMTPResponseException):
        text = fault.smtp_error
        words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        return _refusal(stage, Reply(fault.smtp_code, words))
    server = f"{options.host}:{options.port}"
    if remedy := _remedy(fault, stage):
        return Misconfigured(f"{server} {remedy}")
    return TryLater(
        f"cannot reach {server} ({one_line(str(fault))}): check SMTP_HOST, SMTP_PORT and SMTP_SECURITY "
        "(tls is for port 465), and that the firewall lets this machine out",
        account=True,
    )


def _refusal(stage: Stage, reply: Reply) -> TryLater | Misconfigured:
    outcome = judge(stage, reply)
    if isinstance(outcome, TryLater):
        return replace(outcome, account=True)
    return Misconfigured(getattr(outcome, "reason", str(reply)))


def _remedy(fault: Exception, stage: Stage) -> str | None:
    """What is wrong with the set-up and how to mend it, or None for what may pass by itself."""
    match fault:
        case smtplib.SMTPNotSupportedError() if stage == "login":
            return "offers no login that we know: leave SMTP_USERNAME empty, or use another SMTP_PORT"
        case smtplib.SMTPNotSupportedError():
            return "offers no STARTTLS: check SMTP_PORT, or set SMTP_SECURITY to tls"
        case UnicodeError() if stage == "login":
            return "cannot be given SMTP_USERNAME or SMTP_PASSWORD: use letters, digits and signs of ASCII"
        case ssl.SSLCertVerificationError():
            return (
                f"has a certificate that is not trusted ({fault.verify_message}): check SMTP_HOST; "
                "an authority of your own is trusted through SSL_CERT_FILE"
            )
        case ssl.SSLError(reason="WRONG_VERSION_NUMBER"):
            return "does not begin with TLS: set SMTP_SECURITY to starttls, or SMTP_PORT to 465"
        case _:
            return None
