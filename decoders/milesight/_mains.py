"""What Milesight's switches and sockets measure of the mains.

03 74 VVVV         uint16, 0.1 V
04 80 PPPPPPPP     uint32, W
05 81 FF           power factor, %
06 83 EEEEEEEE     uint32, W.h
07 C9 IIII         uint16, mA
"""

from decoders.kit import Record, u8, u16, u32

MAINS = {
    0x0374: Record(2, (u16(0, "voltage", "V", div=10),)),
    0x0480: Record(4, (u32(0, "power", "W"),)),
    0x0581: Record(1, (u8(0, "power_factor", "%"),)),
    0x0683: Record(4, (u32(0, "energy", "W.h"),)),
    0x07C9: Record(2, (u16(0, "current", "mA"),)),
}
