"""Digests by e-mail, over SMTP with TLS from the start or by STARTTLS. Without TLS there is no password."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.utils import format_datetime
from typing import Any, TypeVar

import structlog

from gateway.config import ConfigError, MailSettings, TellSettings
from gateway.model import SECOND_NS
from gateway.monitoring import wording
from gateway.monitoring.channels import DeliveryError
from gateway.monitoring.digest import News
from gateway.monitoring.storage import Message

T = TypeVar("T")
_log = structlog.get_logger(__name__)


class Mail:
    """Implements `channels.Channel`."""

    name = "mail"

    def __init__(self, settings: MailSettings, notify: TellSettings) -> None:
        """Reads user and password; raises ConfigError without showing them."""
        self._settings, self._notify = settings, notify
        self._user, self._password = settings.username.read(), settings.password.read()
        if bool(self._user) != bool(self._password):
            raise ConfigError("monitoring.notify.mail: username and password belong together")
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"monitoring.notify.mail.ca: {settings.ca}: {error}") from error

    def compose(self, id_: str, news: News, names: Mapping[str, str], at: int) -> bytes:
        """See `channels.Channel.compose`. The Message-ID is the message's own: mail servers drop a second copy."""
        headline = f"{wording.headline(news, german=True)} / {wording.headline(news, german=False)}"
        return self.compose_text(id_, headline, wording.text(news, names, self._notify.zone), (), at)

    def compose_text(self, id_: str, headline: str, text: str, data: Sequence[Mapping[str, Any]], at: int) -> bytes:  # noqa: ARG002 - a webhook sends the data as well
        """See `channels.TextChannel.compose_text`."""
        sender = self._settings.sender
        mail = EmailMessage(policy=WIRE)
        mail["From"] = sender
        mail["To"] = ", ".join(self._settings.recipients)
        mail["Subject"] = f"[{self._notify.name}] {headline}"
        mail["Date"] = format_datetime(datetime.fromtimestamp(at // SECOND_NS, UTC))
        mail["Message-ID"] = f"<{id_}@{sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(text, cte="quoted-printable")
        return mail.as_bytes()

    async def deliver(self, message: Message) -> None:
        """Hand it to the mail server; each step ends within the configured time."""
        await asyncio.to_thread(self._send, message.body)

    async def probe(self) -> str:
        """Connect and log in; no mail is sent."""
        await asyncio.to_thread(self._session, lambda server: server.noop())
        return f"{self._settings.host} takes the connection; nothing was sent"

    def _send(self, body: bytes) -> None:
        settings = self._settings
        refused = self._session(lambda server: server.sendmail(settings.sender, settings.recipients, body))
        if refused:
            _log.warning("mail server refused recipients", refused=len(refused))

    def _session(self, use: Callable[[smtplib.SMTP], T]) -> T:
        """Connect, log in, and what `use` does; raises DeliveryError without addresses and passwords."""
        try:
            with self._connect() as server:
                if self._user and self._password:
                    server.login(self._user, self._password)
                return use(server)
        except smtplib.SMTPRecipientsRefused:
            raise DeliveryError("every recipient was refused") from None
        except smtplib.SMTPResponseException as error:  # the server's words may quote addresses
            raise DeliveryError(f"{type(error).__name__}: answered {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise DeliveryError(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.security == "tls":
            return smtplib.SMTP_SSL(settings.host, settings.port, timeout=settings.timeout, context=self._tls)
        server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout)
        if settings.security == "starttls":
            try:
                server.starttls(context=self._tls)
            except BaseException:
                server.close()
                raise
        return server
