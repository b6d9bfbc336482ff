"""MCCI Model 4917: temperatures in bulk goods.

    ports 1 and 2 (test), format 35: flags for number of the message, time, battery, boots, probe below, probe in the
    middle, climate above
    port 3: answers to downlinks

Source: https://github.com/TheThingsNetwork/lorawan-devices (mcci/codec-model4917.js), facts only.
"""

from decoders.kit import Frame
from decoders.mcci._flags import BATTERY, BOOTS, CLOCK, Block, Section, climate, kelvins, mcci, message

SEQUENCE = Block(2, (), lambda _: ())
SECTION = Section(
    {
        0: SEQUENCE,
        1: CLOCK,
        2: BATTERY,
        3: BOOTS,
        4: kelvins(channel="bottom"),
        5: kelvins(channel="middle"),
        6: climate(pressure=False, fine=True, channel="flex"),
    }
)

DECODER = mcci(
    "Model 4917",
    "model4917",
    (
        message((1, 2), SECTION, format_=0x35),
        Frame(ports=3, length=range(1, 64), note="an answer to a downlink"),
    ),
    ("model4917", "codec-model4917"),
)
