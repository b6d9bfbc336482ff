"""TEKTELIC industrial GPS asset tracker (Pelican, Orca): position only.

fPort 10, see `_records` (fPort 15 brings the log):

    01 BA, 02 BA  batteries, 0.01 V, end
    00 85         time: year, month, day, hour, minute, second
    00 88         latitude, int24, 0.0000125 deg; longitude, int32, 0.0000001 deg; altitude, int16, 0.5 m
    00 92         speed, 0.1 km/h          00 95  fix: bit 0 time, bit 1 position
    00 04         state of the device      01 95  geofences
    00 00         acceleration alarm       00 71  acceleration z, y, x, mg       00 67  temperature, 0.1 degC

Source: https://github.com/TheThingsNetwork/lorawan-devices (tektelic/decoder_industrial_gps_asset_tracker.js), facts
only.
"""

from decoders.kit import Record, bits, i16, i24, i32, u8, u16
from decoders.tektelic._records import axes, battery_status, state, tektelic

RECORDS = {
    0x01BA: battery_status("1", 0),
    0x02BA: battery_status("2", 0),
    0x0085: Record(7),
    0x0088: Record(9, (
        i24(0, "latitude", "deg", mul=125, div=10000000),
        i32(3, "longitude", "deg", div=10000000),
        i16(7, "altitude", "m", div=2),
    )),
    0x0092: Record(2, (u16(0, "speed", "km/h", div=10),)),
    0x0004: Record(1, (u8(0, "device_state", "1"),)),
    0x0095: Record(1, (
        bits(0, 0, 0, "device_state", "1", channel="time_fix"),
        bits(0, 1, 1, "device_state", "1", channel="position_fix"),
    )),
    0x0195: Record(1, tuple(
        bits(0, 2 * n + 1, 2 * n, "device_state", "1", channel=f"geofence_{n}") for n in range(4)
    )),
    0x0000: state("alarm", "acceleration"),
    0x0071: axes("zyx"),
    0x0067: Record(2, (i16(0, "internal_temperature", "Cel", div=10),)),
}  # fmt: skip

DECODER = tektelic(
    "Industrial GPS Asset Tracker",
    "tracker",
    RECORDS,
    (
        "t0006129",
        "t0006129-orca",
        "t0006909",
        "t0006909-pelican",
        "t0007377",
        "t0007377-pelican",
        "t0007367-pelican-ex",
    ),
    ("ORCA", "PELICAN"),
)
