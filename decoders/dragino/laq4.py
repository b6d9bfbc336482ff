"""Dragino LAQ4: TVOC, carbon dioxide equivalent, temperature, humidity.

fPort 2, 11 bytes, big-endian:

    BBBB FF VVVV CCCC TTTT HHHH

- B: battery, mV; F: bits 6..2 mode (1; 31: limits of alarms), bit 0 alarm
- V: ppb; C: ppm; T: int16, 0.1 degC; H: uint16, 0.1 %RH

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import VOLTS, dragino
from decoders.kit import Frame, When, flag, i16, u16

DECODER = dragino(
    "LAQ4",
    Frame(
        ports=2,
        length=11,
        when=When(at=(2, 2), width=5, equals=1),
        fields=(
            VOLTS,
            flag(2, 0, "alarm"),
            u16(3, "tvoc_ppb", "[ppb]"),
            u16(5, "co2", "[ppm]"),
            i16(7, "air_temperature", "Cel", div=10),
            u16(9, "relative_humidity", "%", div=10),
        ),
    ),
    Frame(ports=2, length=11, when=When(at=(2, 2), width=5, equals=31), note="limits of the alarms"),
    ttn=("laq4",),
)
