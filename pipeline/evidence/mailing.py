"""Mails that leave the house: by the server of the setting `mail_server`, encrypted where it offers that."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pipeline.evidence.outside import Unreachable, shown


def send(message: EmailMessage, server: str, timeout: float) -> None:
    """Hand a message to a mail server (smtp:// or smtps://, with user:password@ where it wants them). Unreachable."""
    try:
        connection = _connected(server, str(message["From"]), timeout)
        try:
            connection.send_message(message)
        finally:
            connection.close()  # without a farewell: whatever the server makes of one, the message is taken or not
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise Unreachable(f"{shown(server) or 'mail_server'}: {_said(error)}") from error


def _connected(address: str, sender: str, timeout: float) -> smtplib.SMTP:
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise ValueError('name the mail server in imb.toml: mail_server = "smtp://host:port" or "smtps://host:port"')
    own, trust = domain(sender), ssl.create_default_context()
    if parts.scheme == "smtps":
        port = parts.port or 465
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, port, own, timeout=timeout, context=trust)
    else:
        server = smtplib.SMTP(parts.hostname, parts.port or 25, own, timeout)
    try:
        secret = parts.scheme == "smtps"
        if not secret and server.ehlo()[0] == 250 and server.has_extn("starttls"):
            server.starttls(context=trust)
            secret = True
        if parts.username:
            if not secret:
                raise ValueError("the server offers no encryption: user name and password were not sent")
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def domain(address: str) -> str:
    """What follows the @."""
    return address.rpartition("@")[2] or "localhost"


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        detail = error.smtp_error
        return f"{error.smtp_code} {detail.decode('utf-8', 'replace') if isinstance(detail, bytes) else detail}"
    return str(error) or type(error).__name__
