"""Nwave NPS405: parking sensor.

The fPort is the kind of message:

    1  OO                      the state changed: bit 0 occupied, bits 7..1 time of the last state, see `_states`
    2  OO BB TT ....           heartbeat: bit 0 occupied, bits 6..0 health; battery, V = 2.5 + B / 250;
                               temperature, degC = T / 2 + 10
    3  VV VV VV RR OO          start: version, reason, bit 0 occupied
    6  ....                    debugging
    10 OO II II II II          a driver's tag: bit 0 occupied, bits 7..1 time of the last state

The number of a tag belongs to a person and is not read.

Source: https://github.com/TheThingsNetwork/lorawan-devices (nwave/nps405.js), facts only; one version of
that file takes bit 7 for the state, which its own examples contradict.
"""

from decoders.kit import Frame, When, bits, flag, i8, u8
from decoders.nwave._states import duration, nwave

OCCUPIED = flag(0, 0, "occupancy")
TAGGED = When(at=(0, 0), width=1)

LAYOUTS = (
    Frame(ports=1, length=1, fields=(OCCUPIED, *duration(1))),
    Frame(
        ports=2,
        length=range(3, 12),
        fields=(
            OCCUPIED,
            i8(2, "internal_temperature", "Cel", div=2, offset=10),
            u8(1, "battery_voltage", "V", div=250, offset=2.5),
            bits(0, 6, 0, "device_state", "1", channel="health"),
        ),
    ),
    Frame(
        ports=3,
        length=range(5, 12),
        fields=(flag(4, 0, "occupancy"), u8(3, "device_state", "1", channel="reset_cause")),
    ),
    Frame(ports=10, length=5, when=TAGGED, fields=(OCCUPIED, *duration(1)), note="a tag was registered"),
    Frame(ports=10, length=5, note="a tag was registered, the state is not known"),
)

DECODER = nwave("NPS405", *LAYOUTS, ttn=("nps405", "nps405sm", "nps405fm"))
