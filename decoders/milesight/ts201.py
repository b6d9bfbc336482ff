"""Milesight TS201: temperature (and with the second version humidity) of a probe.

Records of channel, type, data (little-endian), usually on fPort 85:

    01 75 BB             battery, %
    03 67 TTTT           int16, 0.1 degC
    04 68 HH             0.5 %RH (second version)
    83 67 TTTT AA        temperature and alarm
    93 67 TTTT CCCC AA   temperature, its change (int16, 0.1 degC), alarm
    84 68 HH AA          humidity and alarm
    94 68 HH CC AA       humidity, its change (0.1 %), alarm
    B3 67 EE, B4 68 EE   the sensor fails: 0 cannot be read, 1 out of range
    FF A0                number of the sensor, 9 bytes
    20 CE ssssssss EE TTTT            stored sample with its time (u32, s since 1970); E: bits 7..4: 0 good,
                                      1 failed, 2 out of range
    20 CE ssssssss KK TTTT HH EE      of the second version; K: 1 DS18B20 (no humidity), 2 SHT4x; E: bits 7..6
                                      temperature, 5..4 humidity, both 0 good

Source: https://github.com/Milesight-IoT/SensorDecoders (TS201).
"""

from decoders.kit import Record, When, i16, u8
from decoders.milesight._records import WET, air, milesight, moist, sample, state

FAILS = Record(1, (u8(0, "fault", "1", table={0: 1, 1: 1}, channel="temperature"),))
RECORDS = {
    0x0367: Record(2, (air(),)),
    0x8367: Record(3, (air(), state(2, "alarm", channel="temperature"))),
    0x9367: Record(5, (air(), i16(2, "temperature_change", "K", div=10), state(4, "alarm", channel="temperature"))),
    0xB367: FAILS,
    0xFFA0: Record(9),
}
GOOD = When(at=(4, 4), width=4, equals=0)
WARM, DAMP = When(at=(8, 6), width=2, equals=0), When(at=(8, 4), width=2, equals=0)
SHT4X = When(at=(4, 0), width=8, equals=2)

DECODERS = (
    milesight(
        "TS201",
        {**RECORDS, 0x20CE: sample(i16(5, "air_temperature", "Cel", div=10, when=GOOD), size=7)},
        ttn=("ts201",),
    ),
    milesight(
        "TS201-v2",
        {
            **RECORDS,
            0x0468: Record(1, (moist(),)),
            0x8468: Record(2, (moist(), state(1, "alarm", channel="humidity"))),
            0x9468: Record(3, (moist(), u8(1, "humidity_change", "%", div=10), state(2, "alarm", channel="humidity"))),
            0xB468: Record(1, (u8(0, "fault", "1", table={0: 1, 1: 1}, channel="humidity"),)),
            0x20CE: sample(
                i16(5, "air_temperature", "Cel", div=10, when=WARM),
                u8(7, "relative_humidity", "%", div=2, missing=WET, when=(SHT4X, DAMP)),
                size=9,
            ),
        },
        ttn=("ts201v2", "ts201-v2"),
    ),
)
