"""Real examples of city sensors: what the maker's own codec says is what ours says, after unit conversion.

Every number in the maker's output must be a value of ours, times a power of ten (mV and V, cm and m, ppm and %).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from decoders import registry
from decoders.kit import DecodeError

NO_MEASUREMENT = {"device_id", "protocol_version", "Bat_status", "status"} | {
    *("frameCounter", "firmware", "hardwareVersion", "softwareVersion"),
    *("err", "payload", "raw", "port", "format", "measurementId", "interval", "serial_nr"),
    *("uploadInterval", "detectInterval", "ultraDetectInterval", "magDetectInterval"),
    *("batteryThreshold", "levelThreshold", "magThreshold", "magnetThreshold"),
    *("SWver", "HWver", "Datecode", "MinTime", "MaxTime", "BatteryChange", "DistanceChange", "TempChange"),
    *("firmwareVersion", "firmware_version", "Version", "fPort", "serial", "func", "ct", "channelCount"),
    *("accessNo", "dif", "vif", "exponent", "storage", "timestamp", "Beacons", "Parking_ID"),
    *("Threshold", "InActiveTime", "FillMaxDistance", "BreakerRS485Addr", "BreakerTYpe"),
}
"""Members of makers' outputs that say nothing about the surroundings and are no technical quantity of ours (counters of
messages, versions, settings)."""

EXCEPTIONS = {
    ("milesight-iot/vs121", "regions.index"): "the place in a list; it is our channel",
    ("decentlab/dl-atm41", "lightning_average_distance.value"): "0 km without a strike is no distance",
    **{
        (codec, axis): "counts of the accelerometer: 63 are 1 g, which is what ours says"
        for codec in ("elsys/elt-2", "elsys/elt-ultrasonic")
        for axis in "xyz"
    },
    ("sensecap/sensecap210x", "messages.channel"): "a sensor was removed from this channel",
    ("elvaco/cmi4140", "error_flag"): "a bit field, 0x00010000; the maker's codec gives its hexadecimal digits",
    ("keller/keller", "channel"): "which channels follow, as a text of bits",
    ("quandify/cubicmeter-1-1-plastic", "length"): "of the message",
    ("quandify/cubicmeter-1-1-plastic", "decoded.data.pipe.id"): "which pipe it is set to",
    ("sensus/iperl", "records.value"): "before scaling, dates among them; scaledValue is compared",
    ("talkpool/oy1320", "Status"): "not in the message: the maker's codec always says 0",
    **{
        ("mcci/codec-model4841", member): "works out from the particles, which are said, too"
        for member in ("aqi", "aqi_partial.1.0", "aqi_partial.2.5", "aqi_partial.10")
    },
    ("opensource/esp32-paxcounter", "bytes"): "the payload itself",
    ("decentlab/dl-trs21", "water_potential.value"): "soil water tension is the potential with the sign turned",
}
"""(codec, member) that differ on purpose, and why."""


def examples(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        yield json.loads(line)


def numbers(data: Any, path: str = "") -> Iterator[tuple[str, float]]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key not in NO_MEASUREMENT:
                yield from numbers(value, f"{path}.{key}" if path else key)
    elif isinstance(data, list):
        for value in data:
            yield from numbers(value, path)
    elif isinstance(data, (int, float)) and not isinstance(data, bool):
        yield path, float(data)
    elif isinstance(data, str):
        try:
            yield path, float(data)
        except ValueError:
            return


def said(value: float, ours: list[float]) -> bool:
    return any(
        math.isclose(value, own * 10.0**power, rel_tol=1e-5, abs_tol=1e-9) for own in ours for power in range(-6, 7)
    )


@pytest.mark.shared
def test_examples_agree_with_the_makers_own_codecs(shared: Path) -> None:
    wrong, seen = [], 0
    for example in examples(shared / "data" / "vectors" / "city.jsonl"):
        codec = example["codec_yaml"].removeprefix("vendor/").removesuffix(".yaml").removesuffix("-codec")
        decoder = registry.by_ttn(*codec.split("/"))
        if decoder is None:
            continue
        seen += 1
        try:
            found = decoder.decode(bytes.fromhex(example["bytes"]), example["fPort"])
        except DecodeError as error:
            if example["data"] is not None:
                wrong.append(f"{codec} {example['bytes']}: {error}")
            continue
        ours = [reading.value for reading in found.readings if reading.value is not None]
        wrong += [
            f"{codec} {example['bytes']}: {path} = {value} is not said"
            for path, value in numbers(example["data"])
            if (codec, path) not in EXCEPTIONS and not said(value, ours)
        ]
    assert seen > 10
    assert not wrong, "\n".join(wrong)
