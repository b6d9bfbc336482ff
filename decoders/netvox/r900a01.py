"""Netvox R900A01: temperature and humidity, with alarms.

fPort 22, device type 0109 (two bytes), 11 bytes or more:

VV TTTT RR BB TTTT HHHH AA SS   report 1: int16, 0.01 degC; uint16, 0.01 %; A: bits 0 too cold, 1 too hot, 2 too dry,
                                    3 too damp; S: 1 shaken or taken off

fPort 23: replies to settings.

Source: Netvox LoRaWAN Application Command; TheThingsNetwork/lorawan-devices (facts only).
"""

from decoders.kit import Decoder, Frame, When, bits, flag
from decoders.netvox._protocol import SOURCE, VENDOR, celsius, humidity, yes

TYPE = When(at=8, width=16, equals=0x0109)

DECODER = Decoder(
    id="netvox-r900a01",
    vendor=VENDOR,
    model="R900A01",
    source=SOURCE,
    layouts=(
        Frame(
            ports=22,
            length=range(11, 24),
            when=(TYPE, When(at=24, width=8, equals=1)),
            fields=(
                bits(4, 6, 0, "battery_voltage", "V", div=10),
                flag(4, 7, "battery_low"),
                celsius(5),
                humidity(7),
                flag(9, 0, "alarm", channel="temperature-low"),
                flag(9, 1, "alarm", channel="temperature-high"),
                flag(9, 2, "alarm", channel="humidity-low"),
                flag(9, 3, "alarm", channel="humidity-high"),
                yes(10, "tamper"),
            ),
        ),
        Frame(
            ports=22,
            length=range(10, 24),
            when=(TYPE, When(at=24, width=8, equals=0)),
            note="versions of software and hardware",
        ),
        Frame(ports=23, length=range(3, 24), note="reply to a setting"),
    ),
    identifiers={"ttn": ("netvox/r900a01",), "chirpstack": ("R900A01",)},
)
