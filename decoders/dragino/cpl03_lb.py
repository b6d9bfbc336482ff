"""Dragino CPL03-LB: three pulse counters, or one as CPL01.

fPort 2, 11 bytes, big-endian; the first byte says which:

    F: bit 3 = 0: FF PPPPPP DDDDDD ssssssss     bit 0 contact open, bit 1 alarm; pulses, time it was open, min; time
    F: bit 3 = 1: FF 111111 222222 333333 RR    pulses at PA8, PA4, PB15; R: bits 0..2 they were sent for a change

F: bit 5: counted since the last message instead of all in all. fPort 3: datalog, of the first kind with its time;
of the second kind it holds two counters. fPort 4: settings; fPort 5: device information; fPort 7: states of the inputs
(bits 0, 2, 4 closed, bits 1, 3, 5 they sent).

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, SETTINGS, dragino, log
from decoders.kit import AnyField, Field, Frame, When, flag, u24, u32

ALL, PART = (When(at=(0, 5), width=1, equals=code) for code in (0, 1))
ONE, THREE = (When(at=(0, 3), width=1, equals=code) for code in (0, 1))


def _pulses(byte: int, channel: str, when: tuple[When, ...] = ()) -> tuple[AnyField, ...]:
    return (
        u24(byte, "pulse_count", "1", channel=channel, when=(ALL, *when)),
        u24(byte, "pulse_increment", "1", channel=channel, when=(PART, *when)),
    )


STATE = (flag(0, 0, "contact"), flag(0, 1, "alarm"))
OPEN = u24(4, "duration", "min", channel="open")
CLOSED = {0: 1, 1: 0}


def _input(bit: int, channel: str) -> tuple[AnyField, ...]:
    contact = Field(quantity="contact", unit="1", at=(0, bit), width=1, table=CLOSED, default=1, channel=channel)
    return contact, flag(0, bit + 1, "digital_input", channel=f"interrupt-{channel}")


DECODER = dragino(
    "CPL03-LB",
    Frame(ports=2, length=11, when=ONE, fields=(*STATE, *_pulses(1, ""), OPEN), time=u32(7, "")),
    Frame(
        ports=2,
        length=11,
        when=THREE,
        fields=(*_pulses(1, "pa8"), *_pulses(4, "pa4"), *_pulses(7, "pb15")),
    ),
    log(*STATE, *_pulses(1, ""), OPEN, when=ONE),
    log(*_pulses(1, "pa8"), *_pulses(4, "pa4"), when=THREE),
    SETTINGS,
    INFORMATION,
    Frame(ports=7, length=range(1, 12), fields=(*_input(0, "pa8"), *_input(2, "pa4"), *_input(4, "pb15"))),
    ttn=("cpl03-lb",),
    chirpstack=("CPL03-LS",),
)
