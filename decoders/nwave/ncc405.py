"""Nwave NCC405: vehicle counter.

The fPort is the kind of message:

    1  CCCC                counter
    2  HH BB MM            heartbeat: health in bits 6..0; battery now and in the mean of 24 hours,
                           V = 2.5 + raw / 250
    3  VV VV VV RR         start: version, reason
    6  ....                debugging

Source: https://github.com/TheThingsNetwork/lorawan-devices (nwave/ncc405.js), facts only.
"""

from decoders.kit import Frame, bits, u8, u16
from decoders.nwave._states import nwave

DECODER = nwave(
    "NCC405",
    Frame(ports=1, length=range(2, 12), fields=(u16(0, "vehicle_total", "1"),)),
    Frame(
        ports=2,
        length=range(3, 12),
        fields=(
            bits(0, 6, 0, "device_state", "1", channel="health"),
            u8(1, "battery_voltage", "V", div=250, offset=2.5),
            u8(2, "battery_voltage", "V", div=250, offset=2.5, channel="mean"),
        ),
    ),
    Frame(ports=3, length=range(4, 12), fields=(u8(3, "device_state", "1", channel="reset_cause"),)),
    ttn=("ncc405", "ncc405sm", "ncc405fm"),
)
