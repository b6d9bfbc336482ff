"""Sources as they stand in the configuration of the flow tests."""

from __future__ import annotations

TOKEN = "t" * 40

HTTP = f"""
[sources.nbiot]
type = "http"
format = "plain"
token.value = "{TOKEN}"
mapping.device = "device"
mapping.time = "time"
"""


def chirpstack(port: int, more: str = "") -> str:
    """A ChirpStack broker on this port; `more` settings of the source."""
    return f"""
[sources.cs]
type = "mqtt5"
format = "chirpstack"
host = "127.0.0.1"
port = {port}
topics = ["application/+/device/+/event/+"]
client_id = "gateway-under-test"
{more}
"""
