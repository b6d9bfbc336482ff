"""Watteco In'O: ten inputs, four outputs.

There are no batches.

Source: https://github.com/TheThingsNetwork/lorawan-devices (vendor/watteco), facts only.
"""

from decoders.watteco._reports import Model, watteco

DECODER = watteco(
    "In'O",
    "ino",
    Model(
        endpoints={
            "pin": tuple(("digital_input", "1", f"{n}") for n in range(1, 11)),
            "index": tuple(("pulse_count", "1", f"{n}") for n in range(1, 11)),
            "output": tuple(("relay", "1", f"{n}") for n in range(1, 5)),
        },
    ),
    ("ino",),
)
