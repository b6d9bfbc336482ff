"""Dragino AQS01-L: carbon dioxide, temperature, humidity, pressure.

fPort 2, 11 bytes, big-endian:

    BBBB TTTT HHHH PPPP CCCC FF

- B: battery, mV; T: int16, 0.1 degC; H: uint16, 0.1 %RH; P: uint16, 0.1 hPa; C: ppm
- F: bits 3, 2 temperature too low, too high; bits 1, 0 carbon dioxide

fPort 3: datalog CCCC HHHH TTTT .. ssssssss; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, VOLTS, dragino, log
from decoders.kit import Frame, flag, i16, u16

DECODER = dragino(
    "AQS01-L",
    Frame(
        ports=2,
        length=11,
        fields=(
            VOLTS,
            i16(2, "air_temperature", "Cel", div=10),
            u16(4, "relative_humidity", "%", div=10),
            u16(6, "air_pressure", "hPa", div=10),
            u16(8, "co2", "[ppm]"),
            flag(10, 3, "alarm", channel="temperature-low"),
            flag(10, 2, "alarm", channel="temperature-high"),
            flag(10, 1, "alarm", channel="co2-low"),
            flag(10, 0, "alarm", channel="co2-high"),
        ),
    ),
    log(
        u16(0, "co2", "[ppm]"),
        u16(2, "relative_humidity", "%", div=10),
        i16(4, "air_temperature", "Cel", div=10),
    ),
    INFORMATION,
    ttn=("aqs01-l",),
)
