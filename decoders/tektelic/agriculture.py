"""TEKTELIC agriculture sensors Clover and Kiwi: soil, light and air.

fPort 10, see `_records`:

    00FF   battery, 0.01 V                       05 04, 06 04  frequency of a WATERMARK probe, Hz
    00BA   battery, 0.01 V above 2.5 V, end      09 65  light, lx          0B 67  air, 0.1 degC
    01 04  frequency of the soil probe, kHz      09 00  light alarm        0B 68  humidity, 0.5 %
    02 02  its thermistor, mV                    0A 71  acceleration, mg   0C 67  board, 0.1 degC
    03 02, 04 02  thermistors, mV                0A 00  orientation alarm

Water tension follows from the frequency of a WATERMARK probe by straight lines between 0 and 200 kPa (at 24 degC),
temperatures follow from the thermistors by logarithms. Moisture follows from the frequency of the soil probe only with
the value that was measured before it was put into the ground.

Source: https://github.com/TheThingsNetwork/lorawan-devices (tektelic/decoder_agriculture_sensor.js), facts only.
"""

from math import log

from decoders.kit import Computed, Record, u16
from decoders.tektelic._records import (
    BOARD,
    HUMIDITY,
    HUNDREDTHS,
    TEMPERATURE,
    axes,
    battery_status,
    state,
    tektelic,
)

LINES = (
    (485, 200, 293, 0.5208),
    (600, 100, 485, 0.2174),
    (770, 75, 600, 0.1176),
    (1110, 55, 770, 0.05884),
    (2820, 35, 1110, 0.01170),
    (4330, 15, 2820, 0.003974),
    (6430, 9, 4330, 0.004286),
)
"""Up to this frequency: tension at the line's beginning, where it begins, and its slope."""


def tension(frequency: float) -> float:
    """Soil water tension in kPa by a WATERMARK probe of this frequency in Hz."""
    if frequency < 293:
        return 200
    for end, at_begin, begin, slope in LINES:
        if frequency <= end:
            return at_begin - (frequency - begin) * slope
    return 0


def watermark(channel: str) -> Record:
    """A WATERMARK probe."""
    raw = u16(0, "frequency", "Hz", channel=f"watermark_{channel}")
    return Record(
        2,
        (raw, Computed(quantity="soil_water_tension", unit="kPa", inputs=(raw,), function=tension, channel=channel)),
    )


def thermistor(channel: str, slope: float, offset: float) -> Record:
    """A thermistor in mV, and its temperature."""
    raw = u16(0, "voltage", "mV", channel=f"thermistor_{channel}" if channel else "thermistor")

    def temperature(millivolts: float) -> float:
        return slope * log(millivolts) + offset

    return Record(
        2,
        (raw, Computed(quantity="soil_temperature", unit="Cel", inputs=(raw,), function=temperature, channel=channel)),
    )


RECORDS = {
    0x00FF: HUNDREDTHS,
    0x00BA: battery_status(),
    0x0104: Record(2, (u16(0, "frequency", "kHz", channel="soil"),)),
    0x0202: thermistor("", -32.46, 236.36),
    0x0302: thermistor("1", -31.96, 213.25),
    0x0402: thermistor("2", -31.96, 213.25),
    0x0504: watermark("1"),
    0x0604: watermark("2"),
    0x0965: Record(2, (u16(0, "illuminance", "lx"),)),
    0x0900: state("alarm", "light"),
    0x0A71: axes(),
    0x0A00: state("alarm", "orientation"),
    0x0B67: TEMPERATURE,
    0x0B68: HUMIDITY,
    0x0C67: BOARD,
}

DECODER = tektelic(
    "Agriculture Sensor",
    "agriculture",
    RECORDS,
    ("t00059xx", "t00059xx-clover", "t00059xx-kiwi"),
    ("CLOVER", "KIWI", "KONA Agriculture Sensor"),
)
