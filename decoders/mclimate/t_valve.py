"""MClimate T-Valve: shuts the water off when it leaks.

Any fPort, two kinds of message:

    WW VA                 W: water, 0.5 degC; V: bit 7 valve open; A: 7 bit, degC = (A - 20) / 2 around
    RF GG CC OO BB        R: bits 7..5 why (0 keep alive, 1 test button, 2 flood, 3 control button, 4 fraud); F: bits 3
                          housing opened, 2 detection wire there, 1 flood, 0 magnet; G: bits 7 alarm confirmed, 6 and 5
                          opened and closed by hand; C, O: time to close and to open; B: 1.6 V + 8 mV

Source: see `_frames` (t-valve.js).
"""

from decoders.kit import Frame, bits, flag, u8
from decoders.mclimate._frames import mclimate

DECODER = mclimate(
    "T-Valve",
    "t-valve",
    Frame(
        length=2,
        fields=(
            u8(0, "water_temperature", "Cel", div=2),
            flag(1, 7, "valve_open"),
            bits(1, 6, 0, "air_temperature", "Cel", add=-20, div=2),
        ),
    ),
    Frame(
        length=range(5, 12),
        fields=(
            flag(0, 1, "leak"),
            flag(0, 3, "tamper"),
            flag(0, 2, "sensor_connected", channel="wire"),
            flag(0, 0, "device_state", channel="magnet"),
            bits(0, 7, 5, "device_state", channel="reason", default=0),
            flag(1, 7, "alarm"),
            flag(1, 6, "device_state", channel="opened-by-hand"),
            flag(1, 5, "device_state", channel="closed-by-hand"),
            u8(2, "duration", "s", channel="close"),
            u8(3, "duration", "s", channel="open"),
            u8(4, "battery_voltage", "V", mul=8, div=1000, offset=1.6),
        ),
    ),
)
