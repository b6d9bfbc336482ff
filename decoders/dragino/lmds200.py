"""Dragino LMDS200, MDS200-LB: two radar distances.

fPort 2, 7 bytes, big-endian:

    BBBB 1111 2222 FF

- B: battery, mV; 1, 2: distances, cm; F: bits 7..2 number of distance alarms, bit 1 distance alarm, bit 0 interrupt

fPort 4: settings; fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, VOLTS, dragino
from decoders.kit import Frame, bits, flag, u16

DECODER = dragino(
    "LMDS200",
    Frame(
        ports=2,
        length=7,
        fields=(
            VOLTS,
            u16(2, "distance", "cm", channel="1", missing=0xFFFF),
            u16(4, "distance", "cm", channel="2", missing=0xFFFF),
            bits(6, 7, 2, "event_count", "1", channel="alarm"),
            flag(6, 1, "alarm"),
            flag(6, 0, "digital_input", channel="interrupt"),
        ),
    ),
    SETTINGS,
    INFORMATION,
    ttn=("lmds200", "mds200-lb"),
    chirpstack=("MDS200-LB", "MDS200-LS"),
)
