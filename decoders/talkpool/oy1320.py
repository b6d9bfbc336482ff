"""Talkpool OY1310, OY1320: pulse counters at meters.

Any fPort, big-endian: `01 21 NNNNNNNN`, the reading in pulses (uint32). A form of nine bytes has three more, a
status among them, that are not described.

Source: the published example (01 21 00001738 is 5944); the numbers before the value are the manuals' kind of message
and index.
"""

from decoders.kit import Decoder, Frame, u32

LAYOUT = Frame(length=(6, 9), fields=(u32(2, "pulse_count", "1"),))

DECODER = Decoder(
    id="talkpool-oy1320",
    vendor="Talkpool",
    model="OY1320",
    source="https://github.com/TheThingsNetwork/lorawan-devices, vendor/talkpool/oy1320.js",
    layouts=(LAYOUT,),
    identifiers={"ttn": ("talkpool/oy1320", "talkpool/oy1310"), "chirpstack": ("OY1320", "OY1310")},
)
