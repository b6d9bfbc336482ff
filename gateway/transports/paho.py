"""One connection to an MQTT 3.1.1 broker, from opening to leaving; how it reads stands in paho_reading.py.

A connection is closed so that the broker reads the last acknowledgements, and every failure says in words why. aiomqtt
(over paho) has no public way to either, so this class overrides some of its callbacks and uses the paho client inside
(`_client`, `_connected`, `_disconnected`, `_loop`, `_misc_task`); the tests hold that these are there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import ssl
from collections.abc import Callable
from typing import Any

import aiomqtt
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.reasoncodes import ReasonCode

from gateway.config import ConfigError, Mqtt311Source
from gateway.transports.mqtt_batch import Batcher, MqttStatus
from gateway.transports.mqtt_words import MqttError, Patience
from gateway.transports.paho_reading import PahoReading

CONNECT_WITHIN = 15.0
_CLOSE_WITHIN = 2.0
_REFUSED_FOR_GOOD = {132: "it does not speak MQTT 3.1.1", 133: "it does not accept this client_id",
                     134: "bad user name or password", 135: "not authorised: check user name and password"}  # fmt: skip


class PahoConnection(PahoReading):
    """A connection whose messages go to a batcher, which acknowledges them."""

    def __init__(
        self,
        name: str,
        settings: Mqtt311Source,
        context: ssl.SSLContext | None,
        batcher: Batcher,
        status: MqttStatus,
        clock: Callable[[], int],
        *,
        client_id: str,
        clean_session: bool,
        flow: Callable[[bool], None] | None = None,
        connect_within: float = CONNECT_WITHIN,
    ) -> None:
        """Prepare; nothing is connected before `open`.

        Args:
            name: of the source.
            settings: of the source.
            context: TLS, or None.
            batcher: takes messages and acknowledgements.
            status: counted into.
            clock: receive time, ns since the epoch.
            client_id: as the broker shall know this client.
            clean_session: the broker shall keep nothing for it.
            flow: told True when reading stops because the journal does not keep up, False when it goes on.
            connect_within: seconds for the connection, and for each answer.

        Raises:
            ConfigError: the password file cannot be read.
        """
        if context is not None:
            context.sslsocket_class = _TlsSocket
        super().__init__(
            name,
            batcher,
            status,
            clock,
            flow,
            hostname=settings.host,
            port=settings.port,
            username=settings.username,
            password=settings.password.read(),
            identifier=client_id,
            clean_session=clean_session,
            protocol=aiomqtt.ProtocolVersion.V311,
            timeout=connect_within,
            keepalive=settings.keep_alive,
            tls_context=context,
        )
        self._where = f"{settings.host}:{settings.port}"
        self._with_tls = context is not None
        self._connect_within = connect_within
        self._leaving = False
        self._last: socket.socket | None = None
        self.session_present = False

    async def open(self) -> None:
        """Connect; raises MqttError that says why it cannot be."""
        self._batcher.attach(self)
        try:
            async with asyncio.timeout(self._connect_within):
                await self.__aenter__()
        except TimeoutError as error:
            self._abandoned = True
            raise MqttError(f"broker {self._where} did not answer within {self._connect_within:g} s") from error
        except asyncio.CancelledError:
            self._abandoned = True  # the thread that opens the socket cannot be interrupted
            raise
        except MqttConnectError as error:
            words = _REFUSED_FOR_GOOD.get(_number(error.rc))
            patience = Patience.LONG if words else Patience.SHORT
            raise MqttError(f"broker {self._where} refuses the connection: {words or error.rc}", patience) from error
        except (aiomqtt.MqttError, OSError, ValueError) as error:
            raise MqttError(f"cannot reach broker {self._where}: {error}") from error
        heed_cancellation()

    async def granted(self, topics: list[str], qos: int) -> dict[str, int | None]:
        """Subscribe; for each topic filter the QoS granted, None when it was refused. Raises MqttError."""
        try:
            codes = await self.subscribe([(topic, qos) for topic in topics])
        except aiomqtt.MqttError as error:
            raise MqttError(f"broker {self._where} did not answer SUBSCRIBE: {error}") from error
        except ValueError as error:
            raise ConfigError(f"topic filters {topics}: {error}") from error
        heed_cancellation()
        values = [_number(code) for code in codes]
        if len(values) != len(topics):
            raise MqttError(f"broker {self._where} answered SUBSCRIBE for another number of topic filters")
        return {topic: value if value < 128 else None for topic, value in zip(topics, values, strict=True)}

    async def ended(self) -> MqttError:
        """Wait until the connection is over; why it is."""
        await asyncio.wait((self._disconnected,))
        error = self._disconnected.exception()
        return MqttError(f"broker {self._where}: connection ended ({error or 'closed'})")

    def hold(self) -> None:
        """Read nothing more, for good."""
        self._held = True
        self.pause()

    async def leave(self) -> None:
        """Say goodbye if the connection still stands, and free everything."""
        if _good(self._connected) and not self._disconnected.done():
            self._leaving = True
            self._client.disconnect()
            await asyncio.wait((self._disconnected,), timeout=_CLOSE_WITHIN)
            await self._drain()
        self._client._sock_close()  # noqa: SLF001 - paho has no public way to drop a socket that hangs
        self._batcher.detach(self)
        self._status.paused = False
        for future in (self._connected, self._disconnected):
            if future.done() and not future.cancelled():
                future.exception()
        if self._misc_task is not None:
            await asyncio.wait((self._misc_task,), timeout=_CLOSE_WITHIN)

    async def _drain(self) -> None:
        """Read what still comes until the broker has closed.

        A socket that is closed with something unread is reset, and with it the broker forgets acknowledgements that it
        has not read yet.
        """
        if (sock := self._last) is None:
            return
        try:
            async with asyncio.timeout(_CLOSE_WITHIN):
                while await self._loop.sock_recv(sock, 1 << 16):
                    pass
        except (TimeoutError, OSError):
            pass
        finally:
            sock.close()

    # Called by paho, in place of aiomqtt's own callbacks.

    def _on_connect(self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None) -> None:
        self.session_present = bool(flags.session_present)
        super()._on_connect(client, userdata, flags, reason_code, properties)

    def _on_disconnect(self, client: Any, userdata: Any, flags: Any, reason_code: Any, properties: Any = None) -> None:
        if not self._connected.done():
            hint = "" if self._with_tls else ": does it want TLS, or is it no MQTT broker?"
            self._connected.set_exception(aiomqtt.MqttError(f"it closed the connection before it answered{hint}"))
        super()._on_disconnect(client, userdata, flags, reason_code, properties)

    def _on_socket_close(self, client: Any, userdata: Any, sock: Any) -> None:
        super()._on_socket_close(client, userdata, sock)
        if self._leaving and sock.fileno() >= 0:
            self._last = socket.socket(fileno=os.dup(sock.fileno()))
            self._last.setblocking(False)
            with contextlib.suppress(OSError):
                self._last.shutdown(socket.SHUT_WR)


class _TlsSocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho forgets it then."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def heed_cancellation() -> None:
    """Until Python 3.12 `asyncio.wait_for`, which aiomqtt uses, swallows a cancellation that meets an answer."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _good(future: asyncio.Future[None]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None


def _number(code: int | ReasonCode | None) -> int:
    return code.value if isinstance(code, ReasonCode) else int(code or 0)
