"""MClimate Flood Sensor: water on the floor.

Any fPort: `RF BB [TT]`

- R: bits 7..5 why: 0 keep alive, 1 test button, 2 flood, 3 fraud; bits 3 housing opened, 1 flood
- B: 16 mV; T: degC

Source: see `_frames` (flood-sensor.js).
"""

from decoders.kit import Frame, bits, flag, u8
from decoders.mclimate._frames import mclimate

DECODER = mclimate(
    "Flood Sensor",
    "flood-sensor",
    Frame(
        length=(2, 3),
        fields=(
            flag(0, 1, "leak"),
            flag(0, 3, "tamper"),
            bits(0, 7, 5, "device_state", channel="reason", default=0),
            u8(1, "battery_voltage", "V", mul=16, div=1000),
            u8(2, "air_temperature", "Cel"),
        ),
    ),
)
