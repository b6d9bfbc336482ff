"""What Ewattch's devices send: a list of objects.

    KK LL, then objects      K: 00 measurements, else state; L: bytes that follow

An object begins with its type (bit 7: error, one byte follows; bit 0: a byte with socket (7..5) and channel (4..0)
follows), then data, little-endian:

    00 int16 0.01 degC    04 0.5 %RH        08 ppm            0C uint16 counter   0E uint24 s        10 lx
    14 10 s of movement   16 0.01 bar       18 0.01 m3/h      1A uint16, 1C float m3
    20, 22, 24, 26 digital inputs (1, 2, 4, 8 bits)           28 analogue: 0 4-20 mA, 1, 2 V; bit 5 and more: 0.001,
                                                              else 0.01; int16
    40 clamps: NM, then N values; M: 0 10 mAh, 1 mA, 2 both, 3 10 Wh, 4 W, 5 10 Wh produced, 6, 7 10 varh, 8 var,
       9 10 VAh, 10 0.1 V, 11 VA, 12 0.01 Hz
    44 uint32 kWh         46 uint32 kvarh   48 twelve clamps, 10 mAh              74 battery
    58 a meter on the M-Bus: AA NM, then M objects; N: 0 heat, 1 water, 2 electricity, 3 gas

State: 00 kind of device, 02 version, 04 battery (%), 08 period. Teleinformation (50) and Modbus (5C) are not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (ewattch/EwattchLorawanDecoder.js, BSD), facts only.
"""

from __future__ import annotations

import struct
from math import isfinite

from decoders.kit import DecodeError, Meaning, Reading

Plain = tuple[int, str, str, int, int, bool]
"""Bytes, quantity, unit, factor, divisor, signed."""

PLAIN: dict[int, Plain] = {
    0x00: (2, "air_temperature", "Cel", 1, 100, True),
    0x04: (1, "relative_humidity", "%", 1, 2, False),
    0x08: (2, "co2", "[ppm]", 1, 1, False),
    0x0C: (2, "pulse_count", "1", 1, 1, False),
    0x0E: (3, "duration", "s", 1, 1, False),
    0x10: (2, "illuminance", "lx", 1, 1, False),
    0x14: (2, "duration", "s", 10, 1, False),
    0x16: (2, "pressure", "bar", 1, 100, True),
    0x18: (2, "water_flow", "m3/h", 1, 100, False),
    0x1A: (2, "water_volume", "m3", 1, 1, False),
    0x44: (4, "energy", "kW.h", 1, 1, False),
    0x46: (4, "reactive_energy", "kvar.h", 1, 1, False),
    0x74: (1, "device_state", "1", 1, 1, False),
}
INPUTS = {0x20: 1, 0x22: 2, 0x24: 4, 0x26: 8}
CLAMPS: dict[int, Plain] = {
    0: (3, "charge", "A.h", 1, 100, False),
    1: (3, "current", "mA", 1, 1, False),
    3: (3, "energy", "W.h", 10, 1, False),
    4: (3, "power", "W", 1, 1, True),
    5: (3, "energy_exported", "W.h", 10, 1, False),
    6: (3, "reactive_energy", "kvar.h", 1, 100, False),
    7: (3, "reactive_energy", "kvar.h", 1, 100, False),
    8: (3, "reactive_power", "var", 1, 1, True),
    9: (3, "apparent_energy", "V.A.h", 10, 1, False),
    10: (2, "voltage", "V", 1, 10, False),
    11: (3, "apparent_power", "V.A", 1, 1, False),
    12: (2, "frequency", "Hz", 1, 100, False),
}
BOTH, NEGATIVE = 2, 7
ANALOG = {0: ("current", "mA"), 1: ("voltage", "V"), 2: ("voltage", "V")}
METERS = {
    0: ("heat_energy", "water_volume"),
    1: ("energy", "water_volume"),
    2: ("energy", ""),
    3: ("energy", "gas_volume"),
}
ERROR, ADDRESSED, KIND = 0x80, 1, 0x7E
FLOAT_VOLUME, SOME_CLAMPS, TWELVE_CLAMPS, ANALOG_INPUT, METER = 0x1C, 0x40, 0x48, 0x28, 0x58
UNREAD = {0x50: "teleinformation", 0x5C: "Modbus registers"}
MEANINGS: tuple[Meaning, ...] = tuple(
    dict.fromkeys(
        (quantity, unit, "{n}")
        for quantity, unit in (
            *((row[1], row[2]) for row in (*PLAIN.values(), *CLAMPS.values())),
            *ANALOG.values(),
            ("digital_input", "1"),
            ("fault", "1"),
            ("battery_level", "%"),
            ("heat_energy", "kW.h"),
            ("gas_volume", "m3"),
        )
    )
)


class Objects:
    """Reads objects one after the other."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.found: list[Reading] = []
        self.warnings: list[str] = []
        self.meter = ""

    def _take(self, size: int) -> bytes:
        data = self.data[self.at : self.at + size]
        if len(data) < size:
            raise DecodeError("length", "an object is cut short")
        self.at += size
        return data

    def read(self, most: int | None = None) -> None:
        """Read to the end, or so many objects."""
        count = 0
        while self.at < len(self.data) and (most is None or count < most):
            head = self._take(1)[0]
            kind, socket, channel = head & KIND, 0, 0
            if head & ADDRESSED:
                place = self._take(1)[0]
                socket, channel = place >> 5, place & 0x1F
            if head & ERROR:
                self._take(1)
                self.found.append(Reading("fault", 1.0, "1", f"{kind:02x}-{self._name(socket, channel)}"))
            elif kind in UNREAD:
                self.warnings.append(f"{UNREAD[kind]} and what follows are not read")
                self.at = len(self.data)
            elif not self._object(kind, socket, channel):
                if not self.found:
                    raise DecodeError("unsupported", f"object {kind:#04x}")
                self.warnings.append(f"object {kind:#04x} is unknown")
                self.at = len(self.data)
            count += 1

    def _name(self, socket: int, channel: int) -> str:
        return f"{self.meter}{socket}-{channel}"

    def _say(self, row: Plain, socket: int, channel: int, suffix: str = "") -> None:
        size, quantity, unit, mul, div, signed = row
        if self.meter and quantity in ("energy", "water_volume"):
            energy, volume = METERS[int(self.meter[1])]
            quantity = energy if quantity == "energy" else volume or quantity
        value = int.from_bytes(self._take(size), "little", signed=signed) * mul / div
        self.found.append(Reading(quantity, value, unit, self._name(socket, channel) + suffix))

    def _object(self, kind: int, socket: int, channel: int) -> bool:
        if (row := PLAIN.get(kind)) is not None:
            self._say(row, socket, channel)
        elif (inputs := INPUTS.get(kind)) is not None:
            bits = self._take(1)[0]
            for n in range(inputs):
                self.found.append(Reading("digital_input", float(bits >> n & 1), "1", self._name(socket, channel + n)))
        elif kind == SOME_CLAMPS:
            self._clamps(self._take(1)[0], socket, channel)
        elif kind == TWELVE_CLAMPS:
            for n in range(12):
                self._say(CLAMPS[0], socket, channel + n)
        elif kind == FLOAT_VOLUME:
            value = struct.unpack("<f", self._take(4))[0]
            if isfinite(value):
                self.found.append(Reading("water_volume", value, "m3", self._name(socket, channel)))
        elif kind == ANALOG_INPUT:
            mode = self._take(1)[0]
            quantity, unit = ANALOG.get(mode & 0x1F, ("voltage", "V"))
            self._say((2, quantity, unit, 1, 1000 if mode >> 5 else 100, True), socket, channel, ".analog")
        elif kind == METER:
            self._meter()
        else:
            return False
        return True

    def _clamps(self, head: int, socket: int, channel: int) -> None:
        count, measure = head >> 4, head & 0xF
        measures = (0, 1) if measure == BOTH else (measure,)
        for kind in measures:
            row = CLAMPS.get(kind)
            if row is None:
                raise DecodeError("unsupported", f"clamps with measure {kind}")
            for n in range(count):
                self._say(row, socket, channel + n, ".negative" if kind == NEGATIVE else "")

    def _meter(self) -> None:
        address, head = self._take(2)
        if head >> 4 not in METERS or self.meter:
            raise DecodeError("unsupported", f"meter of kind {head >> 4}")
        self.meter = f"m{head >> 4}-{address}-"
        self.read(head & 0xF)
        self.meter = ""
