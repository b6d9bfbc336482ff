"""MClimate Vicki: radiator thermostat.

Any fPort, 9 bytes: `RR SS TT HH PP QQ qp BF CF`

- R: 01 or 81, how T is to be read: degC = T * 165 / 256 - 40, or (T - 28.33333) / 5.66666, two decimals
- S: target, degC; H: humidity, see `_frames`
- P, Q: position and range of the motor, 12 bit: upper half of the seventh byte is the highest of P, lower half of Q;
  the valve is open by 1 - P / Q, whole %
- B: 2 V + 0.1 V; F: bits 3 window open, 2 motor needs much, 1 little current, 0 sensor broken
- C: bits 7 child lock, 6 calibration failed, 5 backplate attached, 4 takes itself as online, 3 protects from frost

Source: see `_frames` (vicki.js).
"""

from __future__ import annotations

from math import floor

from decoders.kit import AnyField, Computed, Field, Frame, When, bits, flag, u8
from decoders.mclimate._frames import KEEP_ALIVE, humidity, mclimate


def _two(value: float) -> float:
    return floor(value * 100 + 0.5) / 100


POSITION = (Field(quantity="", at=32), bits(6, 7, 4, ""))
RANGE = (Field(quantity="", at=40), bits(6, 3, 0, ""))


def _motor(channel: str, inputs: tuple[Field, Field]) -> AnyField:
    return Computed(
        quantity="analog_value", unit="1", inputs=inputs, function=lambda low, high: low + 256 * high, channel=channel
    )


def _open(low: float, high: float, range_low: float, range_high: float) -> float:
    return float(floor((1 - (low + 256 * high) / (range_low + 256 * range_high)) * 100 + 0.5))


DECODER = mclimate(
    "Vicki",
    "vicki",
    Frame(
        length=9,
        when=KEEP_ALIVE,
        fields=(
            u8(1, "target_temperature", "Cel"),
            u8(2, "air_temperature", "Cel", convert=lambda raw: _two(raw * 165 / 256 - 40), when=When(at=0, equals=1)),
            u8(
                2,
                "air_temperature",
                "Cel",
                convert=lambda raw: _two((raw - 28.33333) / 5.66666),
                when=When(at=0, equals=0x81),
            ),
            humidity(3),
            _motor("motor-position", POSITION),
            _motor("motor-range", RANGE),
            Computed(quantity="valve_position", unit="%", inputs=(*POSITION, *RANGE), function=_open),
            bits(7, 7, 4, "battery_voltage", "V", add=20, div=10),
            flag(7, 3, "window_open"),
            flag(7, 2, "fault", channel="motor-high"),
            flag(7, 1, "fault", channel="motor-low"),
            flag(7, 0, "fault", channel="sensor"),
            flag(8, 7, "device_state", channel="child-lock"),
            flag(8, 6, "fault", channel="calibration"),
            flag(8, 5, "device_state", channel="backplate"),
            flag(8, 4, "device_state", channel="online"),
            flag(8, 3, "device_state", channel="frost-protection"),
        ),
    ),
)
