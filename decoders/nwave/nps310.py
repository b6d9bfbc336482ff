"""Nwave NPS310: parking sensor.

The fPort is the kind of message:

    1  OO                  the state changed: bit 0 occupied
    2  OO                  heartbeat: bit 0 occupied
    3  VV VV VV RR OO      start: version, reason, bit 0 occupied
    6  ....                debugging

Source: https://github.com/TheThingsNetwork/lorawan-devices (nwave/nps310sm.js), facts only.
"""

from decoders.kit import Frame, flag, u8
from decoders.nwave._states import nwave

DECODER = nwave(
    "NPS310",
    Frame(ports=(1, 2), length=range(1, 12), fields=(flag(0, 0, "occupancy"),)),
    Frame(
        ports=3,
        length=range(5, 12),
        fields=(flag(4, 0, "occupancy"), u8(3, "device_state", "1", channel="reset_cause")),
    ),
    ttn=("nps310sm", "nps310"),
)
