"""Milesight FT101: field tester: coverage.

Records of channel, type, data (little-endian), usually on fPort 85:

    03 A1 OOOOOOOO LLLLLLLL   longitude, latitude (int32, 1e-6 deg)
    04 A2 RRRR SSSS           int16, signal strength 0.1 dBm, signal to noise 0.1 dB
    05 A3 FF                  spreading factor
    06 A4 PPPP                int16, transmit power, 0.01 dBm

Source: https://github.com/Milesight-IoT/SensorDecoders (FT101).
"""

from decoders.kit import Record, i16, i32, u8
from decoders.milesight._records import milesight

DECODER = milesight(
    "FT101",
    {
        0x03A1: Record(8, (i32(0, "longitude", "deg", div=1_000_000), i32(4, "latitude", "deg", div=1_000_000))),
        0x04A2: Record(
            4,
            (
                i16(0, "rssi", "dB[mW]", div=10, channel="downlink"),
                i16(2, "snr", "dB", div=10, channel="downlink"),
            ),
        ),
        0x05A3: Record(1, (u8(0, "spreading_factor", "1"),)),
        0x06A4: Record(2, (i16(0, "transmit_power", "dB[mW]", div=100),)),
    },
    ttn=("ft101",),
)
