"""Runs broker, gateway and simulator together and shows how they do, until Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path

from gateway.app.service import Service
from gateway.config import (
    AggregationSettings,
    HttpSettings,
    Mqtt5Source,
    PipelineSettings,
    PlainField,
    PlainMapping,
    Settings,
)
from gateway.demo.broker import broker
from gateway.demo.city import devices
from gateway.demo.places import write_places
from gateway.demo.simulator import Simulator

HISTORY_DAYS = 7


def settings(data: Path, broker_port: int, http_port: int) -> Settings:
    """The demo's configuration: three sources on one broker, DuckDB, everything on this machine."""

    def source(name: str, format_: str, topics: tuple[str, ...], mapping: PlainMapping | None = None) -> Mqtt5Source:
        return Mqtt5Source.model_validate(
            {
                "type": "mqtt5",
                "format": format_,
                "host": "127.0.0.1",
                "port": broker_port,
                "topics": topics,
                "client_id": f"demo-gateway-{name}",
                "mapping": mapping or PlainMapping(),
            }
        )

    mapping = PlainMapping(
        device="topic:1",
        time="time",
        fields=(
            PlainField(path="temperature", quantity="air_temperature", unit="Cel"),
            PlainField(path="humidity", quantity="relative_humidity", unit="1"),
            PlainField(path="pressure", quantity="air_pressure", unit="hPa"),
            PlainField(path="pm2_5", unit="ug/m3"),
        ),
    )
    return Settings(
        data_dir=data,
        sources={
            "chirpstack": source("chirpstack", "chirpstack", ("application/+/device/+/event/+",)),
            "tts": source("tts", "tts", ("v3/+/devices/+/#",)),
            "nbiot": source("nbiot", "plain", ("sensors/#",), mapping),
        },
        pipeline=PipelineSettings(max_past=(HISTORY_DAYS + 1) * 86400),
        http=HttpSettings(port=http_port),
        aggregation=AggregationSettings(enabled=True, places=data / "places.toml", schematic=True),
    )


async def run(data: Path, http_port: int, days: float, say: Callable[[str], None]) -> None:
    """Run until SIGINT, beginning with the history of some days."""
    await asyncio.to_thread(write_places, data / "places.toml", devices())
    with broker(data) as broker_port:
        service = Service(settings(data, broker_port, http_port))
        async with asyncio.TaskGroup() as tasks:
            serving = tasks.create_task(service.run(), name="gateway")
            ready = tasks.create_task(service.ready.wait())
            await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
            if serving.done():
                ready.cancel()
                return
            say(_welcome(data, service.port, broker_port))
            simulator = Simulator("127.0.0.1", broker_port, history=days * 86400)
            await asyncio.to_thread(_settle, service)
            simulator.start()
            status = tasks.create_task(_status(service, simulator, say))
            try:
                await serving
            finally:
                status.cancel()
                await asyncio.to_thread(simulator.stop)


def _settle(service: Service) -> None:
    """Wait until every source has subscribed: the embedded broker keeps nothing for those who come later."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if all(getattr(status, "connected", True) for status in service.state.statuses().values()):
            return
        time.sleep(0.02)


async def _status(service: Service, simulator: Simulator, say: Callable[[str], None]) -> None:
    """One line, written over itself: rate, lag, rejected."""
    before, since = 0, time.monotonic()
    while True:
        await asyncio.sleep(1)
        lag = await asyncio.to_thread(service.state.lag)
        received = sum(getattr(status, "received", 0) for status in service.state.statuses().values())
        now = time.monotonic()
        rate, before, since = (received - before) / (now - since), received, now
        behind = lag.offsets if lag else 0
        line = (
            f"{'Rückblick / history' if simulator.state == 'history' else 'live':20} empfangen/received {received:>8} "
            f"({rate:>7.0f}/s)   Rückstand/lag {behind:>6}   verworfen/rejected {service.metrics.rejected_now:>4}"
        )
        if sys.stdout.isatty():
            sys.stdout.write(f"\r{line}")
            sys.stdout.flush()
        else:
            say(line)


def _welcome(data: Path, http_port: int, broker_port: int) -> str:
    base = f"http://127.0.0.1:{http_port}"
    query = "device=5a27000000000000&quantity=air_temperature"
    figures = "quantity=air_temperature&level=quartier"
    return f"""
Quartier-Gateway: Demo-Stadt / demo city (erfundene Messwerte / invented values)

  Beobachtungen / observations   {base}/v1/observations?{query}
  als CSV (Excel) / as CSV       {base}/v1/observations?{query}&format=csv
  je Quartier / per Quartier     {base}/v1/aggregates?{figures}&period=hour
  Tagesmittel als CSV / days     {base}/v1/aggregates?{figures}&period=day&format=csv
  Karte / map (GeoJSON)          {base}/v1/areas?level=quartier&format=geojson   (Kacheln, schematisch / tiles)
  Zustand / state                {base}/readyz      {base}/metrics
  Geräte / devices               gateway devices list --config {data}/gateway.toml
  MQTT                           127.0.0.1:{broker_port}

Ende mit / stop with Ctrl-C
"""
