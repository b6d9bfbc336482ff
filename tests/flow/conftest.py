"""The same real servers as in tests/servers, for whole processes of the gateway."""

from tests.servers.conftest import influxd, mosquitto, own_influxd

__all__ = ["influxd", "mosquitto", "own_influxd"]
