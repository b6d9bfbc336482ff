"""Milesight AT101: outdoor tracker.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 88 LLLLLLLL OOOOOOOO SS   latitude, longitude (int32, 1e-6 deg), motion and fence
    05 00 PP             position: 0 normal, 1 tilted
    06 D9 gg MMMMMMMMMMMM RR SS  an access point near by; only the motion is read
    07 00 UU             0 installed, 1 taken off
    83 67 TTTT AA        temperature and alarm
    20 CE ssssssss OOOOOOOO LLLLLLLL   stored position with its time (u32, s since 1970), longitude first

Source: https://github.com/Milesight-IoT/SensorDecoders (AT101).
"""

from decoders.kit import Record, bits, i32
from decoders.milesight._places import PLACE
from decoders.milesight._records import air, milesight, sample, state

DECODER = milesight(
    "AT101",
    {
        0x0367: Record(2, (air(),)),
        0x0488: PLACE,
        0x0500: Record(1, (state(0, "tilted"),)),
        0x06D9: Record(9, (bits(8, 3, 0, "moving", "1", table={1: 1, 2: 1, 3: 0}, missing=(0,)),)),
        0x0700: Record(1, (state(0, "tamper"),)),
        0x8367: Record(3, (air(), state(2, "alarm"))),
        0x20CE: sample(
            i32(4, "longitude", "deg", div=1_000_000, missing=0x7FFFFFFF),
            i32(8, "latitude", "deg", div=1_000_000, missing=0x7FFFFFFF),
            size=12,
        ),
    },
    ttn=("at101", "at101-fh"),
)
