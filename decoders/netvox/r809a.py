"""Netvox R809A: socket with energy meter (also R816, R816B).

Device types 0E, 73:

report 1: SS EEEEEEEE OO DD PP     1 on; uint32, W.h; alarms: current too high, surge, power lost
    report 2: UUUU IIII PPPP ....      uint16: V, mA, W

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import u16, u32
from decoders.netvox._protocol import netvox, report, yes

TYPES = (0x0E, 0x73)
LAYOUTS = (
    report(
        TYPES,
        yes(3, "relay"),
        u32(4, "energy", "W.h"),
        yes(8, "alarm", "over-current"),
        yes(9, "alarm", "surge"),
        yes(10, "alarm", "power-off"),
        battery=False,
    ),
    report(
        TYPES,
        u16(3, "voltage", "V"),
        u16(5, "current", "mA"),
        u16(7, "power", "W"),
        kinds=(2,),
        battery=False,
    ),
)

DECODER = netvox("R809A", *LAYOUTS, also=("R816", "R816B", "R809AH", "R816B01"))
