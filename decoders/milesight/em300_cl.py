"""Milesight EM300-CL: liquid at a capacitive sensor.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB           battery, %
    03 ED LL           0 not calibrated, 1 full, 2 empty, FF error
    04 EE CC           result of calibration
    83 ED LL AA        as above, and alarm "empty"

Source: https://github.com/Milesight-IoT/SensorDecoders (EM300-CL).
"""

from decoders.kit import Record, u8
from decoders.milesight._records import milesight, state

LIQUID = u8(0, "liquid_detected", "1", table={1: 1, 2: 0}, missing=(0, 0xFF))

DECODER = milesight(
    "EM300-CL",
    {
        0x03ED: Record(1, (LIQUID,)),
        0x04EE: Record(1),
        0x83ED: Record(2, (LIQUID, state(1, "alarm"))),
    },
    ttn=("em300-cl",),
)
