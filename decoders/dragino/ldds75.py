"""Dragino LDDS75: ultrasonic distance, 280 to 7500 mm, optional temperature probe.

fPort 2, big-endian:

    BBBB DDDD II TTTT FF     8 bytes (firmware 1.1.4 and later)
    BBBB DDDD II             5 bytes
    BBBB ....                4 bytes: no distance sensor

- B: lower 14 bits battery, mV
- D: distance, mm; 0: no sensor connected, below 20 (mostly 0014): nothing measured, out of range
- I: sent because of the interrupt pin
- T: int16, DS18B20 probe, 0.1 degC; 7FFF: no probe
- F: 1: ultrasonic sensor detected, 0: none

Source: Dragino LDDS75 manual; https://github.com/dragino/dragino-end-node-decoder (LDDS75 V1.1.4), facts only.
"""

from decoders.dragino._frames import BATTERY, PROBE_MISSING, dragino
from decoders.kit import Field, Frame, flag, i16

DISTANCE = Field(quantity="distance", unit="mm", at=16, width=16, missing=range(21))

DECODER = dragino(
    "LDDS75",
    Frame(
        ports=2,
        length=8,
        fields=(
            BATTERY,
            DISTANCE,
            flag(4, 0, "digital_input", channel="interrupt"),
            i16(5, "air_temperature", "Cel", div=10, missing=PROBE_MISSING, channel="probe"),
            flag(7, 0, "sensor_connected"),
        ),
    ),
    Frame(ports=2, length=5, fields=(BATTERY, DISTANCE, flag(4, 0, "digital_input", channel="interrupt"))),
    Frame(ports=2, length=4, fields=(BATTERY,), note="no distance sensor is connected"),
    ttn=("ldds75",),
)
