"""Watteco Clos'O: door contact.

The first input sees the case being opened, the second the door. There are no batches.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, watteco

DECODER = watteco(
    "Clos'O",
    "closo",
    Model(endpoints={"pin": (("tamper", "1", ""), ("contact", "1", ""))}),
    ("closo",),
)
