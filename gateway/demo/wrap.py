"""Puts payload bytes into the messages that network servers publish: topics and bodies as wire-exact JSON."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

APPLICATION = "6d9a1ee6-24c5-4b9b-9d3d-6e5e9c1f2a10"
TENANT = "52f14cd4-c6f1-4fbd-8f87-4025e1d49242"
GATEWAY = "7276ff002e0701b5"
Message = tuple[str, bytes]


def _iso(t: float) -> str:
    return datetime.fromtimestamp(t, UTC).isoformat(timespec="milliseconds")


def chirpstack(
    device: str, name: str, payload: bytes, port: int, t: float, counter: int, tags: Mapping[str, str], *,
    clock: float | None = None,
) -> Message:  # fmt: skip
    """Topic and body of a ChirpStack v4 `up` event; `clock` is what the radio gateway's clock showed, if not `t`."""
    body = {
        "deduplicationId": str(uuid.uuid5(uuid.NAMESPACE_OID, f"{device}:{counter}:{t}")),
        "time": _iso(t if clock is None else clock),
        "deviceInfo": {
            "tenantId": TENANT,
            "tenantName": "Stadt Wuppertal (Demo)",
            "applicationId": APPLICATION,
            "applicationName": "quartiere",
            "deviceProfileId": "a1b7c0de-2222-4bbb-8f00-000000000001",
            "deviceProfileName": name,
            "deviceName": name,
            "devEui": device,
            "deviceClassEnabled": "CLASS_A",
            "tags": dict(tags),
        },
        "devAddr": device[:8],
        "adr": True,
        "dr": 5,
        "fCnt": counter,
        "fPort": port,
        "confirmed": False,
        "data": base64.b64encode(payload).decode(),
        "rxInfo": [
            {
                "gatewayId": GATEWAY,
                "uplinkId": counter,
                "nsTime": _iso(t + 0.06),
                "rssi": -97,
                "snr": 7.5,
                "channel": 3,
                "location": {"latitude": 51.256, "longitude": 7.15, "altitude": 180.0},
                "context": "AAAAAA==",
                "crcStatus": "CRC_OK",
            }
        ],
        "txInfo": {
            "frequency": 867100000,
            "modulation": {"lora": {"bandwidth": 125000, "spreadingFactor": 7, "codeRate": "CR_4_5"}},
        },
        "regionConfigId": "eu868",
    }
    return f"application/{APPLICATION}/device/{device}/event/up", json.dumps(body, separators=(",", ":")).encode()


def tts(device: str, name: str, payload: bytes, port: int, t: float, counter: int, model: tuple[str, str]) -> Message:
    """Topic and body of a The Things Stack v3 `up` message."""
    application = "quartiere"
    at = datetime.fromtimestamp(t, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    uplink: dict[str, object] = {
        "session_key_id": base64.b64encode(bytes.fromhex(device)).decode(),
        "f_port": port,
        "frm_payload": base64.b64encode(payload).decode(),
        "rx_metadata": [
            {"gateway_ids": {"gateway_id": "wuppertal-1", "eui": GATEWAY.upper()}, "rssi": -101, "snr": 6.2}
        ],
        "settings": {
            "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 9, "coding_rate": "4/5"}},
            "frequency": "868300000",
        },
        "received_at": at,
        "consumed_airtime": "0.185344s",
        "version_ids": {"brand_id": model[0], "model_id": model[1], "firmware_version": "1.0", "band_id": "EU_863_870"},
    }
    if counter:  # the stack leaves zeros out
        uplink["f_cnt"] = counter
    body = {
        "end_device_ids": {
            "device_id": name,
            "application_ids": {"application_id": application},
            "dev_eui": device.upper(),
            "join_eui": "0000000000000000",
        },
        "received_at": at,
        "uplink_message": uplink,
    }
    return f"v3/{application}@ttn/devices/{name}/up", json.dumps(body, separators=(",", ":")).encode()


def plain(device: str, values: Mapping[str, float], t: float) -> Message:
    """Topic and body of a device that speaks MQTT itself, in German habits: decimal comma and humidity as text."""
    body: dict[str, object] = {"time": round(t)}
    body |= {
        key: f"{value:.2f}".replace(".", ",") if key == "humidity" else round(value, 2) for key, value in values.items()
    }
    return f"sensors/{device}/telemetry", json.dumps(body, separators=(",", ":")).encode()
