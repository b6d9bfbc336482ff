"""What an MQTT broker's reason codes mean for the people who run the gateway, and how soon to try again."""

from __future__ import annotations

from enum import Enum

from mqtt5 import ConnAckPacket, ConnAckReasonCode, DisconnectPacket, DisconnectReasonCode, SubAckReasonCode

from gateway.config import Mqtt5Source


class Patience(Enum):
    """How soon a new connection makes sense."""

    NONE = "at once"
    """The connection was ended on purpose, to begin a new one."""
    SHORT = "exponential back-off"
    LONG = "longest back-off"
    """A person must change something, or another client must go; asking often only fills two logs."""


class MqttError(Exception):
    """A connection cannot be made or has ended; the words name the broker, the cause and what to do."""

    def __init__(self, words: str, patience: Patience = Patience.SHORT) -> None:
        super().__init__(words)
        self.patience = patience


_CONNECT: dict[int, str] = {
    int(
        ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION
    ): "it does not speak MQTT 5: configure the source as type mqtt311",
    int(ConnAckReasonCode.CLIENT_ID_NOT_VALID): "it does not accept this client_id",
    int(ConnAckReasonCode.BAD_USER_NAME_OR_PASSWORD): "bad user name or password",
    int(
        ConnAckReasonCode.NOT_AUTHORIZED
    ): "not authorised: check user name, password, client certificate and client_id",
    int(ConnAckReasonCode.BANNED): "this client is banned",
    int(ConnAckReasonCode.BAD_AUTHENTICATION_METHOD): "it asks for an authentication method that is not supported",
    int(ConnAckReasonCode.USE_ANOTHER_SERVER): "it asks to use another server",
    int(ConnAckReasonCode.SERVER_MOVED): "it has moved to another server",
}
"""Refusals that stay until a person changes something. (The wire library's codes compare, but do not hash.)"""

_DISCONNECT: dict[int, str] = {
    int(DisconnectReasonCode.SESSION_TAKEN_OVER): "another client has taken the session: two use this client_id",
    int(DisconnectReasonCode.NOT_AUTHORIZED): "this client is no longer authorised",
    int(DisconnectReasonCode.ADMINISTRATIVE_ACTION): "ended by an administrator",
    int(DisconnectReasonCode.USE_ANOTHER_SERVER): "it asks to use another server",
    int(DisconnectReasonCode.SERVER_MOVED): "it has moved to another server",
    int(DisconnectReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED): "it has no shared subscriptions: remove share_group",
    int(DisconnectReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED): "it has no subscriptions with wildcards",
    int(DisconnectReasonCode.TOPIC_FILTER_INVALID): "it refuses a topic filter",
}
"""Ends after which connecting again at once would only repeat them."""

_SUBSCRIBE: dict[int, str] = {
    int(SubAckReasonCode.NOT_AUTHORIZED): "not authorised",
    int(SubAckReasonCode.TOPIC_FILTER_INVALID): "the broker calls this topic filter invalid",
    int(SubAckReasonCode.QUOTA_EXCEEDED): "the broker's quota of subscriptions is exceeded",
    int(
        SubAckReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED
    ): "the broker has no shared subscriptions: remove share_group",
    int(SubAckReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED): "the broker has no subscriptions with wildcards",
}


def address(settings: Mqtt5Source) -> str:
    """How the broker is called in messages."""
    return f"{settings.host}:{settings.port}"


def connect_refusal(settings: Mqtt5Source, packet: ConnAckPacket) -> MqttError | None:
    """The error that a CONNACK means; None when the broker accepts, with all that the configuration needs."""
    if packet.reason_code == ConnAckReasonCode.SUCCESS:
        missing = ""
        if settings.share_group and not packet.shared_subscription_available:
            missing = "shared subscriptions: remove share_group"
        elif not packet.wildcard_subscription_available and any("+" in t or "#" in t for t in settings.topics):
            missing = "subscriptions with wildcards: name each topic"
        return MqttError(f"broker {address(settings)} has no {missing}", Patience.LONG) if missing else None
    words = _CONNECT.get(int(packet.reason_code), _name(packet.reason_code))
    words += _more(packet.server_reference, packet.reason_str)
    who = f" (user name {settings.username!r}, client_id {settings.client_id!r})"
    return MqttError(
        f"broker {address(settings)} refuses the connection: {words}{who}",
        Patience.LONG if int(packet.reason_code) in _CONNECT else Patience.SHORT,
    )


def disconnected(settings: Mqtt5Source, packet: DisconnectPacket) -> MqttError:
    """The error that a DISCONNECT of the broker means."""
    words = _DISCONNECT.get(int(packet.reason_code), _name(packet.reason_code))
    if packet.reason_code == DisconnectReasonCode.SESSION_TAKEN_OVER:
        words += f" ({settings.client_id!r})"
    return MqttError(
        f"broker {address(settings)} ended the connection: {words}{_more(packet.server_reference, packet.reason_str)}",
        Patience.LONG if int(packet.reason_code) in _DISCONNECT else Patience.SHORT,
    )


def closed(settings: Mqtt5Source, error: Exception | None, *, accepted: bool) -> str:
    """What a connection that ends without a word may mean."""
    words = f"broker {address(settings)} closed the connection"
    if accepted and error is None:  # Mosquitto 2.0 ends the older of two clients of one id so
        return f"{words} without a reason: is client_id {settings.client_id!r} used twice?"
    if accepted:
        return f"{words}: {error}"
    words += f" before it answered ({error}): " if error else " before it answered: "
    if settings.tls is None:
        return f"{words}does it want TLS, or is it no MQTT broker?"
    if settings.tls.certificate is None:
        return f"{words}does it ask for a client certificate?"
    return f"{words}does it accept the client certificate {settings.tls.certificate}?"


def subscribe_refusal(code: SubAckReasonCode, reason: str | None) -> str | None:
    """Why a topic filter was refused; None when it was granted."""
    if int(code) < int(SubAckReasonCode.UNSPECIFIED_ERROR):
        return None
    return _SUBSCRIBE.get(int(code), _name(code)) + _more(None, reason)


def _name(code: Enum) -> str:
    return code.name.replace("_", " ").lower()


def _more(server: str | None, reason: str | None) -> str:
    return (f": {server}" if server else "") + (f" ({reason})" if reason else "")
