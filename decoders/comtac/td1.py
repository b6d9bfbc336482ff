"""comtac LPN TD-1: tracker by satellites and access points.

    fPort 3:   01 SS BB TT, then 01 llllllll oooooooo EN and/or 02 NN (6 bytes address, RSSI) ...
    fPort 100: 01 SS BB TT ...    settings

- B: 3 V + 5 mV, FF none; T: int8, degC, 7F none; l, o: int32, 1e-6 deg; E: accuracy, 10 m, F: more than
  150; N: satellites

Source: https://github.com/TheThingsNetwork/lorawan-devices (comtac/lpn-td1.js), facts only.
"""

from decoders.kit import Decoder, Frame, Record, Tlv, When, bits, i8, i32, u8

HEAD = (
    u8(2, "battery_voltage", "V", mul=5, div=1000, offset=3, missing=255),
    i8(3, "internal_temperature", "Cel", missing=127),
)
ACCESS_POINT = 7


def _accuracy(raw: int) -> float:
    return (raw + 1) * 10.0


DECODER = Decoder(
    id="comtac-td1",
    vendor="comtac",
    model="LPN TD-1",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/comtac/lpn-td1.js",
    layouts=(
        Tlv(
            ports=3,
            when=lambda payload: payload[0] == 1,
            head=HEAD,
            start=4,
            records={
                1: Record(
                    9,
                    (
                        i32(0, "latitude", "deg", div=1_000_000),
                        i32(4, "longitude", "deg", div=1_000_000),
                        bits(8, 7, 4, "position_accuracy", "m", convert=_accuracy, missing=15),
                        bits(8, 3, 0, "satellites", "1"),
                    ),
                ),
                2: Record(
                    lambda data: 1 + ACCESS_POINT * (data[0] & 0xF) if data else 1,
                    note="access points are not turned into a position",
                ),
            },
        ),
        Frame(ports=100, length=range(4, 30), when=When(at=0, equals=1), fields=HEAD, note="the device's settings"),
    ),
    identifiers={"ttn": ("comtac/lpn-td1",), "chirpstack": ("LPN TD-1",)},
)
