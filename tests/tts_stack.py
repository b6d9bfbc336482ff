"""The Things Stack's storage integration as a small real HTTP server, and uplinks of its shape."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any, Self

from aiohttp import web

from gateway.transports.tts_api import rfc3339
from gateway.transports.tts_seen import nanoseconds

API_KEY = "NNSXS.THE-KEY-OF-THE-APPLICATION"
PATH = "/api/v3/as/applications/umwelt/packages/storage/uplink_message"


SAMPLE: dict[str, Any] = {
    "end_device_ids": {
        "device_id": "pegel-7",
        "application_ids": {"application_id": "umwelt"},
        "dev_eui": "70B3D57ED0000007",
        "dev_addr": "260B0007",
    },
    "correlation_ids": ["gs:uplink:01"],
    "received_at": "2026-11-22T17:00:01.2Z",
    "uplink_message": {
        "session_key_id": "AX+A",
        "f_port": 2,
        "f_cnt": 17,
        "frm_payload": "y/YLDQN2AQrdf/8=",
        "rx_metadata": [{"gateway_ids": {"gateway_id": "rathaus"}, "timestamp": 2463457000, "rssi": -57, "snr": 9.5}],
        "settings": {"frequency": "868300000", "data_rate": {"lora": {"bandwidth": 125000, "spreading_factor": 7}}},
        "received_at": "2026-11-22T17:00:01.123456789Z",
        "version_ids": {"brand_id": "dragino", "model_id": "lht65"},
    },
}
"""An uplink in the stack's JSON: 64-bit integers as text, bytes in base64, EUIs in upper case."""


def uplink(sample: dict[str, Any], counter: int, received_at: int, **values: Any) -> dict[str, Any]:
    """An uplink like `sample` with another counter and time (ns)."""
    body = deepcopy(sample)
    body["received_at"] = body["uplink_message"]["received_at"] = rfc3339(received_at)
    body["uplink_message"] |= {"f_cnt": counter, **values}
    return body


def encode(body: dict[str, Any]) -> bytes:
    """As the stack writes it."""
    return json.dumps(body, separators=(",", ":")).encode()


class Storage:
    """Serves `uplinks` in the order of their time.

    Attributes:
        uplinks: what is stored.
        requests: the queries that came.
        failures: answers to give instead, first to last: a status, or (status, headers); "break" breaks off after a
            line, "error" sends an error line after a line, "order" answers newest first.
        style: "plain", or "sse" for `data:` lines with comments between.
        extra: lines that come after the uplinks.
    """

    def __init__(self) -> None:
        self.uplinks: list[dict[str, Any]] = []
        self.requests: list[dict[str, str]] = []
        self.failures: list[Any] = []
        self.extra: list[bytes] = []
        self.style = "plain"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get(PATH, self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Accept"] == "text/event-stream"
        self.requests.append(dict(request.query))
        if request.headers["Authorization"] != f"Bearer {API_KEY}":
            return web.json_response({"code": 16, "message": "unauthenticated"}, status=401)
        failure = self.failures.pop(0) if self.failures else None
        if isinstance(failure, int):
            return web.json_response({"message": "no"}, status=failure)
        if isinstance(failure, tuple):
            return web.json_response({"message": "no"}, status=failure[0], headers=failure[1])
        after = nanoseconds(request.query["after"])
        found = sorted(
            (one for one in self.uplinks if nanoseconds(one["received_at"]) > after), key=lambda one: one["received_at"]
        )
        if failure == "order":
            found.reverse()
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for one in found[: int(request.query["limit"])]:
            line = encode({"result": one})
            await response.write(b": ping\n\ndata: " + line + b"\r\n\n" if self.style == "sse" else line + b"\n")
            if failure == "break":
                await response.write(line[:40])
                request.transport.close()
                return response
            if failure == "error":
                await response.write(b'{"error":{"grpc_code":14,"message":"transport is closing"}}\n')
                return response
        for line in self.extra:
            await response.write(line + b"\n")
        await response.write_eof()
        return response
