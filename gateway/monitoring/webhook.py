"""Digests to a web address: JSON, signed as the Standard Webhooks specification says (standardwebhooks.com).

    webhook-id: msg_…                     the same for every try: receivers drop what they have
    webhook-timestamp: 1795370000         of this try, Unix seconds
    webhook-signature: v1,BASE64          HMAC-SHA-256 over "id.timestamp.body" with the secret

The member `text` lets chat servers show a digest as it is.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.config import ConfigError, TellSettings, WebhookSettings
from gateway.model import SECOND_NS
from gateway.monitoring import wording
from gateway.monitoring.channels import DeliveryError
from gateway.monitoring.digest import News
from gateway.monitoring.model import Finding
from gateway.monitoring.storage import Message
from gateway.monitoring.views import fault, utc

MOST_CHANGES = 1000
"""Changes that one body lists; `omitted` counts the others."""
_PREFIX = "whsec_"


def secret_bytes(secret: str) -> bytes:
    """The key of the signature: base64 after "whsec_" (as the specification writes it), else the text itself.

    Raises:
        ConfigError: what follows "whsec_" is no base64.
    """
    if not secret.startswith(_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise ConfigError("monitoring.notify.webhook.secret: what follows whsec_ is no base64") from None


def signature(secret: bytes, id_: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature`."""
    digest = hmac.new(secret, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Webhook:
    """Implements `channels.Channel`."""

    name = "webhook"

    def __init__(
        self, settings: WebhookSettings, notify: TellSettings, clock: Callable[[], int] = time.time_ns
    ) -> None:
        """Reads address and secret; raises ConfigError without showing either."""
        url = settings.url.read() or ""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise ConfigError("monitoring.notify.webhook.url: an http:// or https:// address is wanted")
        secret = settings.secret.read()
        self._url, self._timeout, self._clock = url, settings.timeout, clock
        self._secret = secret_bytes(secret) if secret else None
        self._notify = notify
        try:
            self._tls = ssl.create_default_context(cafile=settings.ca)
        except (OSError, ssl.SSLError) as error:
            raise ConfigError(f"monitoring.notify.webhook.ca: {settings.ca}: {error}") from error

    def compose(self, id_: str, news: News, names: Mapping[str, str], at: int) -> bytes:
        """See `channels.Channel.compose`."""
        changes = [(finding, True) for finding in news.began] + [(finding, False) for finding in news.ended]
        body = {
            "type": "device.conditions",
            "id": id_,
            "timestamp": utc(at),
            "installation": self._notify.name,
            "data": [self._change(finding, names, began=began) for finding, began in changes[:MOST_CHANGES]],
            "omitted": max(0, len(changes) - MOST_CHANGES),
            "text": wording.text(news, names, self._notify.zone),
        }
        return msgspec.json.encode(body)

    def compose_text(self, id_: str, headline: str, text: str, data: Sequence[Mapping[str, Any]], at: int) -> bytes:
        """See `channels.TextChannel.compose_text`."""
        body = {
            "type": "notices",
            "id": id_,
            "timestamp": utc(at),
            "installation": self._notify.name,
            "title": headline,
            "data": list(data[:MOST_CHANGES]),
            "omitted": max(0, len(data) - MOST_CHANGES),
            "text": text,
        }
        return msgspec.json.encode(body)

    def _change(self, finding: Finding, names: Mapping[str, str], *, began: bool) -> dict[str, Any]:
        device = finding.key.device
        return {
            "change": "began" if began else "ended",
            "device": device,
            "name": wording.plain(names.get(device, "")),
            **fault(finding, self._notify.zone),
        }

    async def deliver(self, message: Message) -> None:
        """POST it. Any 2xx is a delivery; redirects are not followed, answers are not read."""
        import httpx  # noqa: PLC0415 - 0.2 s that a start without webhook need not take

        timestamp = self._clock() // SECOND_NS
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "quartier-gateway",
            "webhook-id": message.id,
            "webhook-timestamp": str(timestamp),
        }
        if self._secret is not None:
            headers["webhook-signature"] = signature(self._secret, message.id, timestamp, message.body)
        try:
            async with (
                asyncio.timeout(self._timeout),
                httpx.AsyncClient(verify=self._tls, timeout=self._timeout) as client,
                client.stream("POST", self._url, content=message.body, headers=headers) as answer,
            ):
                status, wait = answer.status_code, answer.headers.get("retry-after", "")
        except TimeoutError as error:
            raise DeliveryError(f"no answer within {self._timeout:g} s") from error
        except (httpx.HTTPError, OSError) as error:  # their words may quote the address
            raise DeliveryError(type(error).__name__) from None
        if not 200 <= status < 300:
            raise DeliveryError(f"answered {status}", float(wait) if wait.isascii() and wait.isdigit() else None)

    async def probe(self) -> str:
        """A webhook cannot be asked without telling it something."""
        return f"address is usable, {'signed' if self._secret else 'without secret: not signed'}; nothing was sent"
