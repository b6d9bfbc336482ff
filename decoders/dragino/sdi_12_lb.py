"""Dragino SDI-12-LB: passes on what SDI-12 probes answer.

fPort 2: BBBB VV and text; fPort 100: text:

- B: bit 15 sent by the interrupt, lower 15 bits battery, mV; V: what the operator chose as version of the payload
- the text has answers of probes: an address, then values that each begin with their sign

What the values mean is not in the message; they are numbered by address. fPort 5: device information.

Source: Dragino manual; https://github.com/dragino/dragino-end-node-decoder, facts only.
"""

from decoders.dragino._frames import INFORMATION, dragino
from decoders.kit import Function, Reading
from decoders.kit.text import sdi12


def _answers(payload: bytes, _port: int) -> list[Reading]:
    head = int.from_bytes(payload[:2], "big")
    return [
        Reading("battery_voltage", (head & 0x7FFF) / 1000, "V"),
        Reading("digital_input", float(head >> 15), "1", "interrupt"),
        *sdi12(payload[3:], "sdi12"),
    ]


def _text(payload: bytes, _port: int) -> list[Reading]:
    return sdi12(payload, "sdi12")


VALUES = ("analog_value", "1", "sdi12-{n}")

DECODER = dragino(
    "SDI-12-LB",
    Function(
        _answers,
        ports=2,
        length=range(3, 243),
        quantities=(("battery_voltage", "V", ""), ("digital_input", "1", "interrupt"), VALUES),
    ),
    Function(_text, ports=100, quantities=(VALUES,)),
    INFORMATION,
    ttn=("sdi-12", "sdi-12-lb", "sdi12-lb"),
    chirpstack=("SDI12-LB", "SDI-12-LS"),
)
