"""Minol ZENNER EDC: inductive module on water meters with a modulator disc.

    SS AAAAAAAA BBBBBBBB CCCCCCCC    any fPort, 13 bytes, big-endian: status, three readings of the meter
    1k VVVVVVVV                      5 bytes, little-endian: ZENNER's packet SP1, the reading of the day

- S: bits 0 removed, 1 battery low, 2 end of the battery's life, 3 hardware error, 5 coil tampered with

The times of the three readings are not published: they are given as channels. The disc of these meters turns once a
litre.

Source: the published example in https://github.com/TheThingsNetwork/lorawan-devices (minol-zenner), facts only; packet
SP1 after ZENNER's description, quoted in https://www.thethingsnetwork.org/forum/t/zenner-water-meter-problems/59648.
"""

from decoders.kit import Decoder, Frame, When, flag, u32

DECODER = Decoder(
    id="minol-zenner-edc",
    vendor="Minol ZENNER",
    model="EDC communication module",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/minol-zenner",
    layouts=(
        Frame(
            length=13,
            fields=(
                *(u32(4 * n - 3, "water_volume", "L", channel=str(n)) for n in (1, 2, 3)),
                flag(0, 0, "tamper", channel="removal"),
                flag(0, 1, "battery_low"),
                flag(0, 2, "battery_low", channel="end-of-life"),
                flag(0, 3, "fault"),
                flag(0, 5, "tamper", channel="coil"),
            ),
        ),
        Frame(
            length=5,
            byteorder="little",
            when=When(at=(0, 4), width=4, equals=1),
            fields=(u32(1, "water_volume", "L"),),
        ),
    ),
    identifiers={
        "ttn": ("minol-zenner/edc-communication-module", "minol-zenner/edc"),
        "chirpstack": ("EDC communication module",),
    },
)
