"""Positions as Milesight's outdoor devices report them."""

from decoders.kit import Record, bits, i32

PLACE = Record(
    9,
    (
        i32(0, "latitude", "deg", div=1_000_000, missing=0x7FFFFFFF),
        i32(4, "longitude", "deg", div=1_000_000, missing=0x7FFFFFFF),
        bits(8, 3, 0, "moving", "1", table={1: 1, 2: 1, 3: 0}, missing=(0,)),
        bits(8, 7, 4, "alarm", "1", table={0: 0, 1: 1}, missing=(2, 3), channel="geofence"),
    ),
)
"""Latitude, longitude (int32, 1e-6 deg), then whether it moves and whether it left its fence."""
